-- uses: values
-- Puts a config file in force.
-- KEYS  meta
-- ARGV  now, file, least generation
-- Answer: ok, generation
-- A file that is in force keeps a generation that is high enough, so a repeat changes nothing. Each generation
-- is greater than the one before, even if the server has lost its latest writes: it is the
-- time in ms, or the last one plus 1.
local file, least = arg(), num(arg())
local h = redis.call('HMGET', KEYS[1], 'file', 'generation')
local generation = h[2]
if h[1] ~= file or num(h[2]) < least then
  generation = str(math.max(num(h[2]) + 1, now, least))
  redis.call('HSET', KEYS[1], 'file', file, 'generation', generation)
end
return { 'ok', generation }
