-- library: values document
-- Reading a risk with everything that belongs to it, or what belongs to a key of groups
-- without a risk.

-- record takes keys, and returns: document or '', binding, shown, runs and folds (runs.lua),
-- {ID, score} of runs with a timer, groups, {ID, JSON} of people who are unreached; or nil
-- if there is nothing.
local function record(due, risk, docs, binding, shown, runs, groups)
  -- Most risks have none of these.
  local bound, messages, owned = {}, {}, {}
  if redis.call('EXISTS', binding, shown, groups) > 0 then
    bound, messages, owned = redis.call('HGETALL', binding), redis.call('HGETALL', shown), redis.call('HGETALL', groups)
  end
  local doc = document(docs, risk) or ''
  if doc == '' and #owned == 0 then return nil end
  local list, times, unreached = {}, {}, {}
  local function add(to, name, value)
    local n = #to
    to[n + 1], to[n + 2] = name, value
  end
  local function sort_out(h)
    for i = 1, #h, 2 do
      local name, value = h[i], h[i + 1]
      if string.find(name, '/', 1, true) and string.sub(name, 1, 10) ~= 'unreached:' then
        add(list, name, value)
        local s = string.find(value, '^[arw]') and redis.call('ZSCORE', due, name) -- armed, running, waiting
        if s then add(times, name, s) end
      elseif string.sub(name, 1, 10) == 'unreached:' then
        add(unreached, string.sub(name, 11), value)
      end
    end
  end
  sort_out(redis.call('HGETALL', risk))
  if runs ~= risk then sort_out(redis.call('HGETALL', runs)) end
  return { doc, bound, messages, list, times, owned, unreached }
end
