-- library: values
-- Runs that are armed and carry no data. file.lua gives them no hash: their state, flow and
-- due time are in the summary, in the risk's record.

-- run_of reads a run. implied reports whether it has no hash.
local function run_of(k, id, runs)
  local f = fields(redis.call('HGETALL', k))
  if f.st then return f, false end
  local flow, at = string.match(redis.call('HGET', runs, id) or '', '^armed|([^|]*)|(%d+)|0|0$')
  if not flow then return f, false end
  return { st = 'armed', flow = flow, due = at }, true
end
