-- uses: values
-- Records who has opened their home, and returns who has within a window.
-- KEYS  homes of a workspace
-- ARGV  now, person or '', window in ms, most people
-- Answer: ok, {person...}, the last one to open it first
-- A repeat writes the same again, at a later time.
local person, window, most = arg(), int(), int()
if person ~= '' then redis.call('ZADD', KEYS[1], str(now), person) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', str(now - window))
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -most - 1)
redis.call('PEXPIRE', KEYS[1], str(window))
return { 'ok', redis.call('ZREVRANGE', KEYS[1], 0, -1) }
