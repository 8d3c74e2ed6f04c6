-- library: values document
-- Reading a risk with everything that belongs to it, or what belongs to a key of groups
-- without a risk.

-- record takes keys, and returns: document or '', binding, shown, runs, {ID, score} of those with a timer,
-- groups, {ID, JSON} of people who are unreached; or nil if there is nothing.
local function record(due, risk, docs, binding, shown, runs, groups)
  local h, owned = redis.call('HGETALL', risk), redis.call('HGETALL', groups)
  local doc, unreached = document(docs, risk) or '', {}
  for i = 1, #h, 2 do
    local id = string.match(h[i], '^unreached:(.*)$')
    if id then
      unreached[#unreached + 1] = id
      unreached[#unreached + 1] = h[i + 1]
    end
  end
  if doc == '' and #owned == 0 then return nil end
  local list, times = runs == risk and h or redis.call('HGETALL', runs), {}
  for i = 1, #list, 2 do
    local s = redis.call('ZSCORE', due, list[i])
    if s then
      times[#times + 1] = list[i]
      times[#times + 1] = s
    end
  end
  return { doc, redis.call('HGETALL', binding), redis.call('HGETALL', shown), list, times, owned, unreached }
end
