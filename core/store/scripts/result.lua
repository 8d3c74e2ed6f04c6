-- library: runs calls
-- Recording the result of a call.

-- result takes a result from the arguments: call, and unless that is '', cycle, step,
-- value. It returns nil for none.
local function result()
  local c = { name = arg() }
  if c.name == '' then return nil end
  c.cycle, c.step, c.value = arg(), arg(), arg()
  return c
end

-- keep records a result, whoever holds the run now, and reports whether it is new. The
-- first result stays. One of an earlier cycle of a sync is dropped, and one of a step that
-- has ended changes no call.
local function keep(r, c)
  if not r.f.st or (r.f.cyc or '0') ~= c.cycle then return false end
  if (r.f.step or '0') ~= c.step or ended[r.f.st] then
    local late = c.step .. '|' .. c.name .. '|' .. c.value
    if r.f.late == late then return false end
    r.f.late = late
    redis.call('HSET', r.key, 'late', late)
    return true
  end
  if r.f['v:' .. c.name] then return false end
  put(r, 'v:' .. c.name, c.value)
  drop(r, 'crash')
  local i = intent(r, c.name)
  if i.open then note(r, c.name, i, false) end
  return true
end
