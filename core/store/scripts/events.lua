-- library: values
-- The audit trail.

-- events takes a list of events from the arguments.
local function events()
  local list = {}
  for i = 1, int() do list[i] = arg() end
  return list
end

-- enter adds the events of one change to the trail, each with its outcome: {event, outcome}.
-- They are one entry of the stream: e and out are the first event and its outcome, more has
-- the others, each in a line: outcome|event. prev chains a risk's entries. It returns the
-- entry's ID.
local function enter(audit, list, prev)
  local more = {}
  for i = 2, #list do more[i - 1] = list[i][2] .. '|' .. list[i][1] end
  return redis.call('XADD', audit, '*', 'e', list[1][1], 'out', list[1][2], 'prev', prev,
    'more', table.concat(more, '\n'))
end
