-- uses: values
-- Takes the number of the next risk.
-- KEYS  last, op
-- ARGV  now, ms for which the op is remembered
-- Answer: ok, number
local kept = int()
local n = redis.call('GET', KEYS[2])
if not n then
  n = str(redis.call('INCR', KEYS[1]))
  redis.call('SET', KEYS[2], n, 'PX', str(kept))
end
return { 'ok', n }
