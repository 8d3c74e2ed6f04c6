-- library: values document
-- Reading a risk with everything that belongs to it, or what belongs to a key of groups
-- without a risk.

-- record takes keys, and returns: document or '', binding, shown, runs and folds (runs.lua),
-- {ID, score} of runs with a timer, groups, {ID, JSON} of people who are unreached; or nil
-- if there is nothing.
local function record(due, risk, docs, binding, shown, runs, groups)
  local doc, owned = document(docs, risk) or '', redis.call('HGETALL', groups)
  if doc == '' and #owned == 0 then return nil end
  local list, times, unreached = {}, {}, {}
  local function add(to, name, value)
    to[#to + 1] = name
    to[#to + 1] = value
  end
  local function sort_out(h)
    for i = 1, #h, 2 do
      local name = h[i]
      if string.sub(name, 1, 10) == 'unreached:' then
        add(unreached, string.sub(name, 11), h[i + 1])
      elseif string.find(name, '/', 1, true) then
        add(list, name, h[i + 1])
        local s = redis.call('ZSCORE', due, name)
        if s then add(times, name, s) end
      end
    end
  end
  sort_out(redis.call('HGETALL', risk))
  if runs ~= risk then sort_out(redis.call('HGETALL', runs)) end
  return { doc, redis.call('HGETALL', binding), redis.call('HGETALL', shown), list, times, owned, unreached }
end
