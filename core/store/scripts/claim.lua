-- uses: values runs
-- Leases runs that are due.
-- KEYS  as in runs.lua (those of a risk are not used), then for each candidate its run
--       and its risk's runs
-- ARGV  now, channel, nonce, lease in ms, n x (run, ID, runs)
-- Answer: ok, then for each candidate in order {ID, score, claimed (0/1), hash}
-- A repeat is recognised by its nonce and gets the same leases.
-- A score of '' means that the run no longer has a timer.
local nonce, lease = arg(), int()
local wanted = {}
for i = 1, int() do
  local k, id = key(), arg()
  wanted[i] = { key = k, id = id, runs = key() }
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
