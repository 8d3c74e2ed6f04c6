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
    local r = load(w.key, w.id, w.runs)
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
for i, w in ipairs(wanted) do
  if out[i + 1][3] == '1' then
    out[i + 1][5] = record(due, w.risk, w.docs, w.binding, w.shown, w.runs, w.groups) or ''
  end
end
return out
