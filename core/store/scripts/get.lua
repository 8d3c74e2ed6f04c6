-- uses: values
-- Reads a risk with everything that belongs to it.
-- KEYS  as in runs.lua
-- ARGV  now
-- Answer: ok, document, binding, shown, runs, {ID, score} of those with a timer;
--         not_found
local doc = redis.call('HGET', KEYS[6], 'doc')
if not doc then return { 'not_found' } end
local runs = redis.call('HGETALL', KEYS[10])
local times = {}
for i = 1, #runs, 2 do
  local s = redis.call('ZSCORE', KEYS[1], runs[i])
  if s then
    times[#times + 1] = runs[i]
    times[#times + 1] = s
  end
end
return { 'ok', doc, redis.call('HGETALL', KEYS[7]), redis.call('HGETALL', KEYS[9]), runs, times }
