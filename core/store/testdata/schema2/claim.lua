-- A library: arguments and values.
--
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
local function key() return KEYS[int()] end
local function str(n) return string.format('%.0f', n) end
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
-- A library: which server this is.

local function info(section, field)
  local text = redis.pcall('INFO', section)
  return type(text) == 'string' and string.match(text, '\n' .. field .. ':([^\r\n]*)') or ''
end

-- identity returns what changes when the server starts again and when another becomes
-- the master, '' if the server doesn't say. Either may have lost the latest writes.
local function identity()
  local run = info('server', 'run_id')
  return run == '' and '' or run .. '/' .. info('replication', 'master_replid')
end

-- began returns since when at the latest the server has had its identity. It says when it
-- started, but not when it became the master.
local function began()
  local up = tonumber(info('server', 'uptime_in_seconds'))
  if not up or info('replication', 'second_repl_offset') ~= '-1' then return now end
  return now - up * 1000
end
-- A library: runs, their timers, and the audit trail.
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
local ended = { finished = true, skipped = true, cancelled = true }

local function load(k, id)
  return { key = k, id = id, runs = runs, f = fields(redis.call('HGETALL', k)), set = {}, gone = {} }
end

local function put(r, field, value)
  r.f[field] = value
  r.set[field] = value
  r.gone[field] = nil
end

local function drop(r, field)
  if r.f[field] == nil then return end
  r.f[field] = nil
  r.set[field] = nil
  r.gone[field] = true
end

-- write calls a command with many arguments, in parts that fit unpack.
local function write(command, k, list)
  for i = 1, #list, 500 do
    redis.call(command, k, unpack(list, i, math.min(i + 499, #list)))
  end
end

-- save writes what changed, and the summary in the risk's record.
local function save(r)
  local gone = {}
  for field in pairs(r.gone) do gone[#gone + 1] = field end
  write('HDEL', r.key, gone)
  write('HSET', r.key, flat(r.set))
  r.set, r.gone = {}, {}
  local f = r.f
  redis.call('HSET', r.runs, r.id,
    table.concat({ f.st, f.flow or '', f.due or '0', f.begun or '0', f.open or '0' }, '|'))
end

-- wake is published if workers should check the timers early.
local wake = nil

-- timer sets when a run may next be claimed, and wakes workers if that is
-- within the next second or earlier than every other timer.
local function timer(r, ms, quiet)
  if not quiet then
    local head = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
    if ms <= now + 1000 or not head[1] or ms < tonumber(head[2]) then
      wake = math.min(wake or ms, ms)
    end
  end
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
  local l = fields(redis.call('HGETALL', binding))
  if l.st == 'reserved' and l.run == id then
    redis.call('HSET', binding, 'st', '')
    redis.call('HDEL', binding, 'run')
  end
end

-- forget removes what belongs to one step: calls and input.
local function forget(r)
  local calls = {}
  for field in pairs(r.f) do
    local two = string.sub(field, 1, 2)
    if two == 'i:' or two == 'v:' then calls[#calls + 1] = field end
  end
  for _, field in ipairs(calls) do drop(r, field) end
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

-- event returns what the ID of a run of an event consists of: the part that its flow's runs
-- have in common, and the version.
local function event(id)
  local common, version = string.match(id, '^(.*/)v(%d+)$')
  return common, num(version)
end

local function folded(common)
  local count, highest, kept = string.match(redis.call('HGET', runs, 'fold:' .. common) or '', '^(%d+)|(%d+)|(.*)$')
  return num(count), num(highest), kept or ''
end

-- retire takes an ended run out of the record: at once, or if most > 0 when most runs of
-- its event have ended since. It keeps the run for a while, for calls that are repeated.
-- A run that created the item group stays, because its outcome describes the group.
local function retire(r, keep, most)
  if keep == 0 or redis.call('HGET', binding, 'run') == r.id then return end
  redis.call('PEXPIRE', r.key, str(keep))
  if most == 0 then
    redis.call('HDEL', runs, r.id)
    return
  end
  local common, version = event(r.id)
  local count, highest, kept = folded(common)
  local list = {}
  for v in string.gmatch(kept .. ',' .. str(version), '%d+') do list[#list + 1] = v end
  while #list > most do
    local v = table.remove(list, 1)
    redis.call('HDEL', runs, common .. 'v' .. v)
    count, highest = count + 1, math.max(highest, num(v))
  end
  redis.call('HSET', runs, 'fold:' .. common, table.concat({ str(count), str(highest), table.concat(list, ',') }, '|'))
end

-- retired reports whether a run has ended and may have been forgotten.
local function retired(id)
  local common, version = event(id)
  if not common then return false end
  local _, highest = folded(common)
  return version <= highest or redis.call('HGET', runs, id) ~= false
end

-- emit adds an event to the audit trail. prev chains a risk's events.
local newest = nil
local function emit(event, outcome)
  newest = newest or redis.call('HGET', risk, 'audit') or ''
  newest = redis.call('XADD', audit, '*', 'e', event, 'out', outcome or '', 'prev', newest)
end

-- events takes a list of events from the arguments.
local function events()
  local list = {}
  for i = 1, int() do list[i] = arg() end
  return list
end

-- done ends every script that uses this library. If the user may not publish, the script
-- still succeeds: workers check the timers a moment later anyway.
local function done(...)
  if newest then redis.call('HSET', risk, 'audit', newest) end
  if wake then redis.pcall('PUBLISH', channel, str(wake)) end
  return { 'ok', ... }
end
-- uses: values server runs
-- Leases runs that are due.
-- KEYS  as in runs.lua (those of a risk are not used), then the shard's server, and for
--       each candidate its run and its risk's runs
-- ARGV  now, channel, nonce, lease in ms, server, n x (run, ID, runs)
-- Answer: ok, then for each candidate in order {ID, score, claimed (0/1), hash}
-- A repeat is recognised by its nonce and gets the same leases.
-- A score of '' means that the run no longer has a timer.
--
-- The shard's server is a hash: id, began (since when), since (the last claim before
-- that), at (the last claim).
local nonce, lease, server = arg(), int(), key()
local wanted = {}
for i = 1, int() do
  local k, id = key(), arg()
  wanted[i] = { key = k, id = id, runs = key() }
end

local seen, id = fields(redis.call('HGETALL', server)), identity()
if id ~= (seen.id or '') then
  seen.began, seen.since = str(began()), seen.at
  redis.call('HSET', server, 'id', id, 'began', seen.began, 'since', seen.since or '0')
end
if id ~= '' then redis.call('HSET', server, 'at', str(now)) end

-- doubt marks a run that may have been begun on the server before this one.
local function doubt(r)
  local since, at = string.match(r.f.doubt or '', '^(%d+)|(%d+)$')
  if num(seen.began) < num(r.f.due) or num(seen.began) <= num(at) then return end
  put(r, 'doubt', (since or str(math.max(num(seen.since), num(r.f.due)))) .. '|' .. seen.began)
end

local out = { 'ok' }
for i, w in ipairs(wanted) do
  local s = score(due, w.id)
  if not s then
    out[i + 1] = { w.id, '', '0' }
  else
    local r = load(w.key, w.id)
    r.runs = w.runs
    if not r.f.st then
      redis.call('ZREM', due, w.id)
      out[i + 1] = { w.id, '', '0' }
    elseif s <= now then
      if r.f.st == 'running' and num(r.f.open) > 0 then
        put(r, 'crash', str(num(r.f.crash) + 1))
      end
      state(r, 'running')
      renew(r, '', now + lease, 'claim')
      put(r, 'nonce', nonce)
      doubt(r)
      save(r)
      out[i + 1] = { w.id, r.f.fence, '1', flat(r.f) }
    elseif r.f.st == 'running' and r.f.nonce == nonce and r.f.how == 'claim' then
      out[i + 1] = { w.id, r.f.fence, '1', flat(r.f) }
    else
      out[i + 1] = { w.id, str(s), '0' }
    end
  end
end
return out
