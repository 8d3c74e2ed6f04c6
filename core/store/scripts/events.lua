-- library: values
-- The audit trail.

-- events takes a list of events from the arguments.
local function events()
  local list = {}
  for i = 1, int() do list[i] = arg() end
  return list
end

-- enter adds the events of one change to the trail, each with its outcome: {event, outcome}.
-- They are one entry of the stream: e has each event in a line, outcome|event (event.go). prev
-- chains a risk's entries. It returns the entry's ID. In entries of programs before schema 4,
-- e and out are the first event and its outcome, and more has the lines of the others.
local function enter(audit, list, prev)
  local lines = {}
  for i, e in ipairs(list) do lines[i] = e[2] .. '|' .. e[1] end
  return redis.call('XADD', audit, '*', 'e', table.concat(lines, '\n'), 'prev', prev)
end
