-- library: values wake events armed
-- Runs, their timers, and what the risk's trail says about them.
--
-- The KEYS of every script that uses it begin with these: seven of a shard, and four of a
-- risk. The second argument is the channel that wakes workers.
local due, park, running, waiting, audit, bindings, aligned, risk, binding, shown, runs = unpack(KEYS, 1, 11)
local channel = arg()

-- A run is a hash:
--   st       armed, running, waiting, parked, finished, skipped, cancelled
--   flow due data cyc step begun(0/1) tries unknown since crash wish why inp
--   sk sa    the slot in the rate budget: its call's key, and when
--   fence    the newest lease: each lease is greater than the one before
--   prev how the lease that fence replaced, and what replaced it (hold, begin,
--            settle), to recognise a repeat
--   nonce    of the claim that gave the lease
--   settled  the turn that ended last: lease|state
--   late     the last result that was recorded after its step had ended
--   doubt    since|at: calls begun between these may be missing here
--   desk     the nonce of an operator's last retry or drop, or of the walk that took it
--   open     how many of its intents are open
--   o:<n>    outcome of step n
--   i:<key>  intent: open(0/1)|attempt|first|begun|nonce
--   v:<key>  result
-- The timer is the run's score in `due`; a running run's score is its lease.
--
-- The risk's record (runs) has a summary of each run. Of the ended runs of an event it has
-- the last few of each flow. fold:<risk/flow/> has how many others there were, the highest
-- version among them, and the versions of those that are in the record: count|highest|v,v.
-- fold:<risk/flow/>. has the same of a flow that repeats: the latest due time instead of the
-- highest version, and occurrences instead of versions. fold:<risk/flow/>s has it of a schedule.
-- fold:<risk/flow/group>. has it of the events of one group: revisions instead of versions.
local ended = { finished = true, skipped = true, cancelled = true }

-- load reads a run of a risk, by default of the one in KEYS.
local function load(k, id, of)
  local r = { key = k, id = id, runs = of or runs, changed = {} }
  local implied
  r.f, implied = run_of(due, k, id, r.runs)
  if implied then -- the first save writes its hash
    for field in pairs(r.f) do r.changed[#r.changed + 1] = field end
  end
  return r
end

local function put(r, field, value)
  if r.f[field] == value then return end
  r.f[field] = value
  r.changed[#r.changed + 1] = field
end

local function drop(r, field) put(r, field, nil) end

-- write calls a command with many arguments, in parts that fit unpack.
local function write(command, k, list)
  for i = 1, #list, 500 do
    redis.call(command, k, unpack(list, i, math.min(i + 499, #list)))
  end
end

-- save writes what changed, and the summary in the risk's record. If nothing changed, the
-- record may no longer have the run.
local function save(r)
  if not r.changed[1] then return end
  local f, set, gone = r.f, {}, {}
  for _, field in ipairs(r.changed) do
    if f[field] == nil then
      gone[#gone + 1] = field
    else
      set[#set + 1] = field
      set[#set + 1] = f[field]
    end
  end
  write('HDEL', r.key, gone)
  write('HSET', r.key, set)
  r.changed = {}
  redis.call('HSET', r.runs, r.id,
    table.concat({ f.st, f.flow or '', f.due or '0', f.begun or '0', f.open or '0' }, '|'))
end

-- timer sets when a run may next be claimed, and wakes workers if that is
-- within the next second or earlier than every other timer.
local function timer(r, ms, quiet)
  if not quiet then wake_by(due, ms) end
  redis.call('ZADD', due, str(ms), r.id)
end

-- state moves a run to another state and updates the sets of states.
local function state(r, st)
  local was = r.f.st
  if was == 'running' and st ~= was then redis.call('SREM', running, r.id) end
  if was == 'waiting' and st ~= was then redis.call('SREM', waiting, r.id) end
  if was == 'parked' and st ~= was then redis.call('ZREM', park, r.id) end
  if st == 'running' then redis.call('SADD', running, r.id) end
  if st == 'waiting' then redis.call('SADD', waiting, r.id) end
  if st == 'parked' then redis.call('ZADD', park, str(now), r.id) end
  if st == 'parked' or ended[st] then redis.call('ZREM', due, r.id) end
  put(r, 'st', st)
end

-- held reports whether a lease (as a string) holds the run.
local function held(r, lease)
  return r.f.st == 'running' and r.f.fence == lease and score(due, r.id) == tonumber(lease)
end

-- replaced reports whether a call is a repeat: whether the run's present lease
-- replaced this one, by the same kind of call (how).
local function replaced(r, lease, how)
  return r.f.st == 'running' and r.f.prev == lease and r.f.how == how
    and score(due, r.id) == tonumber(r.f.fence)
end

-- renew gives the holder a new lease until till.
local function renew(r, lease, till, how)
  local fence = math.max(till, num(r.f.fence) + 1)
  put(r, 'fence', str(fence))
  put(r, 'prev', lease)
  put(r, 'how', how)
  timer(r, fence, true)
end

-- unbind releases the group of the risk's binding l.
local function unbind(member, l)
  redis.call('HSET', binding, 'st', '', 'last', l.group, 'epoch', str(num(l.epoch) + 1))
  redis.call('HDEL', binding, 'group', 'badge', 'run', 'said')
  redis.call('SREM', bindings, member)
end

-- free releases the risk's binding if this run reserved it.
local function free(id)
  local l = redis.call('HMGET', binding, 'st', 'run')
  if l[1] == 'reserved' and l[2] == id then
    redis.call('HSET', binding, 'st', '')
    redis.call('HDEL', binding, 'run')
  end
end

-- forget removes what belongs to one step: calls and input.
local function forget(r)
  for field in pairs(r.f) do
    local kind, colon = string.byte(field, 1, 2)
    if colon == 58 and (kind == 105 or kind == 118) then drop(r, field) end -- i: and v:
  end
  drop(r, 'inp')
  drop(r, 'open')
end

local function unslot(r)
  drop(r, 'sk')
  drop(r, 'sa')
end

-- finish ends a run for good.
local function finish(r, st)
  state(r, st)
  forget(r)
  unslot(r)
  free(r.id)
end

-- remove deletes the run, but keeps its fence: if it is armed again, a worker with
-- an old lease must not hold it.
local function remove(r)
  if num(r.f.fence) > num(redis.call('HGET', risk, 'fence')) then
    redis.call('HSET', risk, 'fence', r.f.fence)
  end
  redis.call('ZREM', due, r.id)
  redis.call('ZREM', park, r.id)
  redis.call('SREM', running, r.id)
  redis.call('SREM', waiting, r.id)
  redis.call('DEL', r.key)
  redis.call('HDEL', runs, r.id)
  free(r.id)
end

-- series returns what the ID of a run of an event, a repeat or a schedule consists of:
-- the part that its flow's runs have in common, the rest, its version, revision or due time,
-- and the name of its fold. Of a group's events, it is the part that those of the same group
-- have in common, because each group counts its own revisions.
local function series(id)
  local flow, version = string.match(id, '^(.*/)v(%d+)$')
  if flow then return flow .. 'v', version, num(version), 'fold:' .. flow end
  local flow, occurrence, at = string.match(id, '^(.*/)(%-?%d+%.(%d+))$')
  if flow then return flow, occurrence, num(at), 'fold:' .. flow .. '.' end
  flow, at = string.match(id, '^(.*/)s(%d+)$')
  if flow then return flow .. 's', at, num(at), 'fold:' .. flow .. 's' end
  local group, rev = string.match(id, '^(.*/[^/:]+:[^/]+%.)(%d+)$')
  if group then return group, rev, num(rev), 'fold:' .. group end
end

local function folded(fold)
  local count, highest, kept = string.match(redis.call('HGET', runs, fold) or '', '^(%d+)|(%d+)|(.*)$')
  return num(count), num(highest), kept or ''
end

-- retire takes an ended run out of the record: at once, or if most > 0 when most runs of
-- its series have ended since. It keeps the run for a while, for calls that are repeated.
-- A run that created the item group stays, because its outcome describes the group.
local function retire(r, keep, most)
  if keep == 0 or redis.call('HGET', binding, 'run') == r.id then return end
  redis.call('PEXPIRE', r.key, str(keep))
  if most == 0 then
    redis.call('HDEL', runs, r.id)
    return
  end
  local common, rest, _, fold = series(r.id)
  local count, highest, kept = folded(fold)
  local list = {}
  for v in string.gmatch(kept .. ',' .. rest, '[^,]+') do list[#list + 1] = v end
  while #list > most do
    local id = common .. table.remove(list, 1)
    local _, _, rank = series(id)
    redis.call('HDEL', runs, id)
    count, highest = count + 1, math.max(highest, rank)
  end
  redis.call('HSET', runs, fold, table.concat({ str(count), str(highest), table.concat(list, ',') }, '|'))
end

-- retired reports whether a run that isn't stored has ended, or may have and been forgotten.
-- A fresh one would still be stored.
local function retired(id, fresh)
  local common, _, rank, fold = series(id)
  if not common then return false end
  local _, highest = folded(fold)
  return not fresh and rank <= highest or redis.call('HGET', runs, id) ~= false
end

-- emit adds an event to the audit trail.
local emitted = {}
local function emit(event, outcome) emitted[#emitted + 1] = { event, outcome or '' } end

-- tell adds the emitted events to the trail, as one entry.
local function tell()
  if emitted[1] then
    redis.call('HSET', risk, 'audit', enter(audit, emitted, redis.call('HGET', risk, 'audit') or ''))
  end
end

-- done ends scripts that use this library.
local function done(...)
  tell()
  publish_wake(channel)
  return { 'ok', ... }
end
