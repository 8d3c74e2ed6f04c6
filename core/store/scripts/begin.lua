-- uses: turns result
-- Records the result of the call before, if there is one, and opens an intent. Calls on runs
-- of one shard can be made with one script (turns.lua).
-- KEYS  as in runs.lua, then the run
-- ARGV  now, channel, and of each call: run (key index, ID), result (as in result.lua), lease,
--       step, call, attempt, nonce, version or 0, until, input or '', reserve (0/1), events
-- Answer: ok, and for each call: ok, lease, intent, done (0/1), value; lost; conflict with
--         version, cancelled, attempt, step or link
-- The result is recorded even if the intent is refused. A repeat is recognised by attempt
-- and nonce.
return turns(function()
  local r = load(key(), arg())
  local last = result()
  local lease, step, name, attempt, nonce = arg(), arg(), arg(), int(), arg()
  local version, till, input, reserve = arg(), int(), arg(), arg() == '1'
  local told = events()

  local i = intent(r, name)
  local function answer(...)
    local value = r.f['v:' .. name]
    return { 'ok', r.f.fence, r.f['i:' .. name] or '', value and '1' or '0', value or '' }
  end
  if replaced(r, lease, 'begin') and i.nonce == nonce and i.attempt == attempt then return answer() end
  local recorded = last and keep(r, last)
  local function refuse(...)
    if recorded then save(r) end
    return { ... }
  end
  if not held(r, lease) then return refuse('lost') end
  if (r.f.step or '0') ~= step then return refuse('conflict', 'step') end
  if r.f['v:' .. name] then
    if recorded then save(r) end
    return answer()
  end
  if r.f.wish == 'cancel' then return refuse('conflict', 'cancelled') end
  if r.f.begun ~= '1' and version ~= '0' and (redis.call('HGET', risk, 'v') or '0') ~= version then
    drop(r, 'inp')
    save(r)
    return { 'conflict', 'version' }
  end
  if i.attempt + 1 ~= attempt then return refuse('conflict', 'attempt') end
  if reserve then
    local l = fields(redis.call('HGETALL', binding))
    if l.st ~= 'reserved' or l.run ~= r.id then return refuse('conflict', 'link') end
  end

  -- Nobody has acted on the input of a run that hasn't begun, so it may be replaced.
  if input ~= '' and (not r.f.inp or r.f.begun ~= '1') then put(r, 'inp', input) end
  if r.f.sk == name then unslot(r) end
  put(r, 'begun', '1')
  i.attempt, i.first, i.begun, i.nonce = attempt, i.first or str(now), str(now), nonce
  note(r, name, i, true)
  renew(r, lease, till, 'begin')
  save(r)
  for _, e in ipairs(told) do emit(e) end
  tell()
  return answer()
end)
