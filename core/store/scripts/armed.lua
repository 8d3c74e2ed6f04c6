-- library: values
-- Runs that are armed and carry no data. file.lua gives them no hash: their state and flow are
-- in the summary, in the risk's record, and the score of their timer is their due time. If a
-- program before schema 4 filed the risk, the summary has that too.

-- run_of reads a run. implied reports whether it has no hash.
local function run_of(due, k, id, runs)
  local f = fields(redis.call('HGETALL', k))
  if f.st then return f, false end
  local summary = redis.call('HGET', runs, id) or ''
  local flow, at = string.match(summary, '^armed|([^|]*)$'), nil
  if flow then at = str(score(due, id) or 0)
  else flow, at = string.match(summary, '^armed|([^|]*)|(%d+)|0|0$')
  end
  if not flow then return f, false end
  return { st = 'armed', flow = flow, due = at }, true
end
