-- uses: values
-- Moves a hash out of the reach of programs of an older schema: their scripts fail at what
-- is left in its place, before they write anything.
-- KEYS  the hash, where it goes
-- ARGV  now
-- Answer: ok
-- A repeat finds it moved.
local h = redis.pcall('HGETALL', KEYS[1])
if h.err then return { 'ok' } end
if h[1] then redis.call('HSET', KEYS[2], unpack(h)) end
redis.call('SET', KEYS[1], 'moved')
return { 'ok' }
