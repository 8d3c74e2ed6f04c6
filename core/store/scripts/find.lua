-- uses: values
-- Finds open risks of one shard.
-- KEYS  open, overdue, then the indexes of people and modules
-- ARGV  now, since, due before or 0, limit, how many indexes of people, of
--       modules
-- Answer: ok, how many match, newest {risk, ms of submission}
local since, before, limit, people, modules = arg(), int(), int(), int(), int()

local function union(from, n)
  local all = {}
  for i = from, from + n - 1 do
    local part = redis.call('ZRANGEBYSCORE', KEYS[i], since, '+inf', 'WITHSCORES')
    for j = 1, #part, 2 do all[part[j]] = part[j + 1] end
  end
  return all
end

if people == 0 and modules == 0 and before == 0 then
  return { 'ok', redis.call('ZCOUNT', KEYS[1], since, '+inf'),
    redis.call('ZREVRANGEBYSCORE', KEYS[1], '+inf', since, 'WITHSCORES', 'LIMIT', 0, limit) }
end

local who = people > 0 and union(3, people)
local module = modules > 0 and union(3 + people, modules)
local found = {}
for risk, at in pairs(who or module or union(1, 1)) do
  local match = not (who and module) or module[risk]
  if match and before > 0 then
    local d = score(KEYS[2], risk)
    match = d and d < before
  end
  if match then found[#found + 1] = { risk, tonumber(at) } end
end
table.sort(found, function(a, b)
  if a[2] ~= b[2] then return a[2] > b[2] end
  return a[1] > b[1]
end)
local newest = {}
for i = 1, math.min(limit, #found) do
  newest[2 * i - 1] = found[i][1]
  newest[2 * i] = str(found[i][2])
end
return { 'ok', #found, newest }
