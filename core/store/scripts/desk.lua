-- uses: values runs calls
-- Retries a parked run, ends one that is parked or has not begun, or takes one that awaits a
-- digest.
-- KEYS  as in runs.lua, then the run
-- ARGV  now, channel, run (key index, ID), nonce, do (retry, drop, take), keep ended for
--       ms (0: always), most ended ones in the record, event
-- Answer: ok; not_found; conflict with the run's state
-- A repeat is recognised by its nonce. Retrying a run that was parked as unsure
-- closes its open calls, because a person has checked them.
local r = load(key(), arg())
local nonce, what, keep, most, told = arg(), arg(), int(), int(), arg()
if not r.f.st then return { 'not_found' } end
if r.f.desk == nonce then return { 'ok' } end
local begun = r.f.begun == '1'
local may = r.f.st == 'parked' or (what == 'drop' and not begun and not ended[r.f.st])
if what == 'take' then may = r.f.st == 'waiting' and r.f.why == 'awaits_digest' end
if not may then return { 'conflict', r.f.st } end

put(r, 'desk', nonce)
if what == 'drop' then
  finish(r, 'cancelled')
  -- A sync (its ID ends in a slash) that is armed again must not reuse this one's ops.
  if string.match(r.id, '/$') then put(r, 'cyc', str(num(r.f.cyc) + 1)) end
  put(r, 'why', 'dropped')
elseif what == 'take' then
  finish(r, 'skipped')
  put(r, 'why', 'digest')
else
  if r.f.why == 'unsure' then
    local names = {}
    for field in pairs(r.f) do
      names[#names + 1] = string.match(field, '^i:(.*)$')
    end
    for _, name in ipairs(names) do note(r, name, intent(r, name), false) end
  end
  for _, field in ipairs({ 'tries', 'unknown', 'since', 'crash' }) do drop(r, field) end
  -- What couldn't even be read has not fired yet; anything else has.
  if r.f.why ~= 'not_read' and r.f.why ~= 'flow_unreadable' then put(r, 'why', 'retried') end
  unslot(r)
  state(r, begun and 'waiting' or 'armed')
  timer(r, now)
end
save(r)
if what ~= 'retry' then retire(r, keep, most) end
emit(told)
return done()
