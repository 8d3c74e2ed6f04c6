-- library: values runs
-- Arming, moving and dropping timers.

-- timers takes a list of changes from the arguments, each:
-- do, run (key index, ID), from (key index, ID), due, flow, data, event or ''.
local function timers()
  local list = {}
  for i = 1, int() do
    local t = { op = arg() }
    t.key, t.id, t.fromkey, t.fromid = key(), arg(), key(), arg()
    t.due, t.flow, t.data, t.event = int(), arg(), arg(), arg()
    if t.due == 0 then t.due = now end
    list[i] = t
  end
  return list
end

local function armed(r, t)
  local fence = not r.f.st and redis.call('HGET', risk, 'fence')
  if fence then put(r, 'fence', fence) end
  state(r, 'armed')
  drop(r, 'why')
  put(r, 'flow', t.flow)
  put(r, 'due', str(t.due))
  if t.data ~= '' then put(r, 'data', t.data) end
  timer(r, t.due)
  save(r)
end

local function arm(t)
  local r = load(t.key, t.id)
  if r.f.st or retired(t.id, t.op == 'arm_fresh') then return 'left' end
  armed(r, t)
  return 'armed'
end

local function begun(r) return r.f.begun == '1' end

-- wish sets the wish of a run that has begun, for its worker.
local function wish(r, what)
  if r.f.wish == what then return 'left' end
  put(r, 'wish', what)
  save(r)
  return 'wished'
end

local function move(t)
  local from = load(t.fromkey, t.fromid)
  if t.id == t.fromid and not from.f.st then return 'left' end
  local final = not from.f.st or ended[from.f.st] or begun(from)
  if final then
    if t.due <= now then return 'left' end
    return arm(t)
  end
  if t.id == t.fromid then
    if from.f.due == str(t.due) and from.f.flow == t.flow then return 'left' end
    forget(from)
    unslot(from)
    drop(from, 'prev')
    armed(from, t)
    return 'moved'
  end
  remove(from)
  if arm(t) == 'left' then return 'dropped' end
  return 'moved'
end

local function cancel(t)
  local r = load(t.key, t.id)
  if not r.f.st or ended[r.f.st] or not begun(r) then return 'left' end
  return wish(r, 'cancel')
end

local function dismiss(t)
  local r = load(t.key, t.id)
  if not r.f.st or ended[r.f.st] or begun(r) then return 'left' end
  remove(r)
  return 'dropped'
end

-- sync arms the sync run of a risk, even if it has ended. One that waits for a slot or
-- backs off keeps its time: if it were claimed earlier, it would only wait again.
local function sync(t)
  local r = load(t.key, t.id)
  if not r.f.st or ended[r.f.st] then
    armed(r, t)
    return 'armed'
  end
  if r.f.st == 'running' or r.f.st == 'parked' or r.f.inp then return wish(r, 'again') end
  if r.f.st == 'waiting' or t.due >= (score(due, r.id) or t.due + 1) then return 'left' end
  put(r, 'due', str(t.due))
  timer(r, t.due)
  save(r)
  return 'moved'
end

local function rouse(t)
  local r = load(t.key, t.id)
  if r.f.st ~= 'waiting' or r.f.why ~= t.data then return 'left' end
  if (score(due, r.id) or now + 1) <= now then return 'left' end -- due already
  timer(r, now)
  return 'woken'
end

local function change_timers(list)
  for _, t in ipairs(list) do
    local outcome
    if t.op == 'arm' or t.op == 'arm_fresh' then outcome = arm(t)
    elseif t.op == 'move' then outcome = move(t)
    elseif t.op == 'drop' then outcome = dismiss(t)
    elseif t.op == 'cancel_begun' then outcome = cancel(t)
    elseif t.op == 'sync' then outcome = sync(t)
    elseif t.op == 'wake' then outcome = rouse(t)
    end
    if t.event ~= '' and outcome ~= 'left' then emit(t.event, outcome) end
  end
end

-- follow says that timers follow a config file. If the shard is aligned with another one, or is
-- being aligned, it has to be aligned again (see align.lua).
local function follow(file)
  local other = redis.call('GET', aligned)
  if other and other ~= file and string.sub(other, 1, #file + 1) ~= file .. ' ' then redis.call('DEL', aligned) end
end
