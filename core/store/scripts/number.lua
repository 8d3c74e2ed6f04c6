-- uses: values
-- Takes the number of the next risk, unless a risk like it is being filed.
-- KEYS  last, op, alike
-- ARGV  now, ms to keep the op, ms to keep alike, 1 to file it even if there is one
--       like it
-- Answer: ok, number; or ok, 0, the number of the one that is being filed
local kept, filing, again = int(), int(), arg()
local n, other = redis.call('GET', KEYS[2]), redis.call('GET', KEYS[3])
if other and other ~= n and again ~= '1' then return { 'ok', '0', other } end
if not n then
  n = str(redis.call('INCR', KEYS[1]))
  redis.call('SET', KEYS[2], n, 'PX', str(kept))
end
redis.call('SET', KEYS[3], n, 'PX', str(filing))
return { 'ok', n }
