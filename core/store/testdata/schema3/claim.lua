-- library:
-- Arguments are taken from the front, in the order that each script's comment
-- gives them. The first is always now, in ms; 0 means the server's clock.
-- Whole numbers are passed and stored as decimal strings, and written with str():
-- Lua itself would turn 1781234567890123 into 1.7812345678901e+15.
-- Scripts take every argument and make every check before their first write,
-- because what a script has written is kept if it fails later.
local taken = 0
local function arg()
  taken = taken + 1
  return ARGV[taken]
end
local function int() return tonumber(arg()) end
local function str(n) return string.format('%.0f', n) end
-- library: args
-- The time, and values.
local function key() return KEYS[int()] end
local function num(s) return tonumber(s or 0) or 0 end

local now = int()
if now == 0 then
  local t = redis.call('TIME')
  now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- fields turns {name, value, name, value} into a table by name.
local function fields(flat)
  local t = {}
  for i = 1, #flat, 2 do t[flat[i]] = flat[i + 1] end
  return t
end

-- flat turns a table by name into {name, value, name, value}.
local function flat(t)
  local out = {}
  for name, value in pairs(t) do
    out[#out + 1] = name
    out[#out + 1] = value
  end
  return out
end

local function score(set, member) return tonumber(redis.call('ZSCORE', set, member) or nil) end
-- library: values
-- Which server this is.

local function info(section, field)
  local text = redis.pcall('INFO', section)
  return type(text) == 'string' and string.match(text, '\n' .. field .. ':([^\r\n]*)') or ''
end

-- identity returns what changes when the server starts again and when another becomes
-- the master, '' if the server doesn't say. Either may have lost the latest writes. known is
-- what it was before, or nil. A master gets a new master_replid in both cases, so if that is
-- the same, the rest needn't be asked for.
local function identity(known)
  local replid = info('replication', 'master_replid')
  if known and string.find(replid, '[^0]') and string.sub(known, -#replid - 1) == '/' .. replid then return known end
  local run = info('server', 'run_id')
  return run == '' and '' or run .. '/' .. replid
end

-- began returns since when at the latest the server has had its identity. It says when it
-- started, but not when it became the master.
local function began()
  local up = tonumber(info('server', 'uptime_in_seconds'))
  if not up or info('replication', 'second_repl_offset') ~= '-1' then return now end
  return now - up * 1000
end
-- library: values
-- Waking workers.

-- wake is published, with its shard, if workers should check the timers early.
local wake, shard = nil, nil

-- wake_by has workers woken for a timer within the next second, or earlier than every other.
local function wake_by(due, ms)
  if ms > now + 1000 then
    local head = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
    if head[1] and ms >= tonumber(head[2]) then return end
  end
  wake, shard = math.min(wake or ms, ms), string.match(due, ':(%d+)}:due$')
end

-- publish_wake wakes workers if they should be. If the user may not publish, the script
-- still succeeds: workers check the timers a moment later anyway.
local function publish_wake(channel)
  if wake then redis.pcall('PUBLISH', channel, str(wake) .. '|' .. shard) end
end
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
-- library: values wake events armed
-- Runs, their timers, and what the risk's trail says about them.
--
-- The KEYS of every script that uses it begin with these ten. The second argument
-- is the channel that wakes workers.
local due, park, running, waiting, audit, risk, binding, bindings, shown, runs = unpack(KEYS, 1, 10)
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
--   desk     the nonce of an operator's last retry or drop
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
  r.f, implied = run_of(k, id, r.runs)
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

-- done ends every script that uses this library.
local function done(...)
  if emitted[1] then
    redis.call('HSET', risk, 'audit', enter(audit, emitted, redis.call('HGET', risk, 'audit') or ''))
  end
  publish_wake(channel)
  return { 'ok', ... }
end
-- library: values
-- The documents of risks. Those that were filed before schema 3 have theirs in the field doc
-- of their hash, all others in a key of its own.

local function document(doc, risk)
  if doc == risk then return redis.call('HGET', risk, 'doc') end
  return redis.call('GET', doc)
end
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
-- uses: values server runs record
-- Leases runs that are due, and reads their risks.
-- KEYS  as in runs.lua (those of a risk are not used), then the shard's server, and for
--       each candidate its run and those of its risk
-- ARGV  now, channel, nonce, lease in ms, config file of the process or '', server,
--       n x (run, ID, runs, risk, document, binding, shown, groups)
-- Answer: ok, then for each candidate in order {ID, score, claimed (0/1), hash, record or ''};
--         conflict with file if another one is in force
-- A repeat is recognised by its nonce and gets the same leases.
-- A score of '' means that the run no longer has a timer.
--
-- The shard's server is a hash: id, began (since when), since (the last claim before
-- that), at (the last claim); and the config file that is in force, with its generation
-- (enforce.lua).
local nonce, lease, file, server = arg(), int(), arg(), key()
local wanted = {}
for i = 1, int() do
  local k, id = key(), arg()
  wanted[i] = { key = k, id = id, runs = key(), risk = key(), docs = key(), binding = key(), shown = key(), groups = key() }
end

local seen = fields(redis.call('HGETALL', server))
if file ~= '' and seen.file and seen.file ~= file then return { 'conflict', 'file' } end
local id = identity(seen.id)
if id ~= (seen.id or '') then
  seen.began, seen.since = str(began()), seen.at
  redis.call('HSET', server, 'id', id, 'began', seen.began, 'since', seen.since or '0')
end
if id ~= '' then redis.call('HSET', server, 'at', str(now)) end

-- doubt marks a run that may have been begun on the server before this one.
local here = num(seen.began)
local function doubt(r)
  if here < num(r.f.due) then return end
  local since, at = string.match(r.f.doubt or '', '^(%d+)|(%d+)$')
  if here <= num(at) then return end
  put(r, 'doubt', (since or str(math.max(num(seen.since), num(r.f.due)))) .. '|' .. seen.began)
end

-- claim gives the nonce's caller a run that is due, except for its timer and its place in the
-- set of running ones, which are written for all runs at once.
local scores, ids = {}, {}
local function claim(r)
  if r.f.st == 'running' and num(r.f.open) > 0 then
    put(r, 'crash', str(num(r.f.crash) + 1))
  end
  if r.f.st == 'waiting' then redis.call('SREM', waiting, r.id) end
  put(r, 'st', 'running')
  put(r, 'fence', str(math.max(now + lease, num(r.f.fence) + 1)))
  put(r, 'prev', '')
  put(r, 'how', 'claim')
  put(r, 'nonce', nonce)
  doubt(r)
  save(r)
  ids[#ids + 1] = r.id
  scores[#scores + 1] = r.f.fence
  scores[#scores + 1] = r.id
end

for _, w in ipairs(wanted) do
  w.score = score(due, w.id)
  w.run = w.score and load(w.key, w.id, w.runs)
end
local out = { 'ok' }
for i, w in ipairs(wanted) do
  local r, s = w.run, w.score
  if not s then
    out[i + 1] = { w.id, '', '0' }
  elseif not r.f.st then
    redis.call('ZREM', due, w.id)
    out[i + 1] = { w.id, '', '0' }
  elseif s <= now or r.f.st == 'running' and r.f.nonce == nonce and r.f.how == 'claim' then
    if s <= now then claim(r) end
    out[i + 1] = { w.id, r.f.fence, '1', flat(r.f) }
  else
    out[i + 1] = { w.id, str(s), '0' }
  end
end
write('SADD', running, ids)
write('ZADD', due, scores)
for i, w in ipairs(wanted) do
  if out[i + 1][3] == '1' then
    out[i + 1][5] = record(due, w.risk, w.docs, w.binding, w.shown, w.runs, w.groups) or ''
  end
end
return out
