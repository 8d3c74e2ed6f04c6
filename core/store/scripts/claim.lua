-- uses: values server runs record
-- Leases runs that are due, and reads their risks.
-- KEYS  as in runs.lua (those of a risk are not used), then the shard's server, and for
--       each candidate its run and those of its risk
-- ARGV  now, channel, nonce, lease in ms, config file of the process or '', server,
--       n x (run, ID, runs, risk, document, binding, shown, groups)
-- Answer: ok, then for each candidate in order {ID, score, claimed (0/1), hash, record or ''};
--         conflict with file if another one is in force
-- A nonce is the claiming process and a number: process.number. A repeat is recognised by
-- its nonce and gets the same leases.
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

-- crashed reports whether a run's process may have died during a call. One that claims the
-- run again hasn't: it lost the answer to the claim, or to what followed.
local process = string.match(nonce, '^(.+%.)')
local function crashed(r)
  local same = process and string.sub(r.f.nonce or '', 1, #process) == process
  return r.f.st == 'running' and num(r.f.open) > 0 and not same
end

-- claim gives the nonce's caller a run that is due, except for its timer and its place in the
-- set of running ones, which are written for all runs at once.
local scores, ids = {}, {}
local function claim(r)
  if crashed(r) then put(r, 'crash', str(num(r.f.crash) + 1)) end
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
