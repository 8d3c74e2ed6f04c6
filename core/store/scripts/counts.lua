-- uses: values
-- Counts the runs of one shard.
-- KEYS  due, park, running, waiting
-- ARGV  now
-- Answer: ok, with a timer, parked, running, waiting, earliest score or ''
local head = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return { 'ok', redis.call('ZCARD', KEYS[1]), redis.call('ZCARD', KEYS[2]),
  redis.call('SCARD', KEYS[3]), redis.call('SCARD', KEYS[4]), head[2] or '' }
