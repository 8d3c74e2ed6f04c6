-- uses: values
-- Reads a risk with everything that belongs to it, or what belongs to a key of groups
-- without a risk.
-- KEYS  as in runs.lua, then the groups
-- ARGV  now
-- Answer: ok, document or '', binding, shown, runs, {ID, score} of those with a timer,
--         groups, {ID, JSON} of people who are unreached; not_found
local h, groups = fields(redis.call('HGETALL', KEYS[6])), redis.call('HGETALL', KEYS[11])
if not h.doc and #groups == 0 then return { 'not_found' } end
local unreached = {}
for name, value in pairs(h) do
  local id = string.match(name, '^unreached:(.*)$')
  if id then
    unreached[#unreached + 1] = id
    unreached[#unreached + 1] = value
  end
end
local runs = redis.call('HGETALL', KEYS[10])
local times = {}
for i = 1, #runs, 2 do
  local s = redis.call('ZSCORE', KEYS[1], runs[i])
  if s then
    times[#times + 1] = runs[i]
    times[#times + 1] = s
  end
end
return { 'ok', h.doc or '', redis.call('HGETALL', KEYS[7]), redis.call('HGETALL', KEYS[9]), runs, times, groups, unreached }
