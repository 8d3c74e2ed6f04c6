-- uses: values
-- Reads a run.
-- KEYS  due, run
-- ARGV  now, ID
-- Answer: ok, score or '', hash; not_found
local h = redis.call('HGETALL', KEYS[2])
if not h[1] then return { 'not_found' } end
return { 'ok', redis.call('ZSCORE', KEYS[1], arg()) or '', h }
