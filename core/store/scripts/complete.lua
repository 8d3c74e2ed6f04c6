-- uses: turns timers result record
-- Records the result of the last call, if there is one, and ends a step, a worker's turn or
-- the run. Calls on runs of one shard can be made with one script (turns.lua).
-- KEYS  as in runs.lua, then the run, the document, the groups and those of the timers
-- ARGV  now, channel, and of each call: run (key index, ID), result (as in result.lua),
--       document, groups, sync (0/1), keep ended for ms (0: always), most ended ones in the
--       record, lease, to, until, step, next (0/1), outcome, reason, input, kept (0/1: outcome
--       counts), slot call, slot at, tries, unknown, since, badge, version seen or 0,
--       the risk's sync (key index, ID), config file that timers follow or '',
--       n x (shown ID, JSON), n x (ID of somebody unreached, JSON or '' to remove them),
--       timers, events
-- Answer: ok, and for each call: ok, lease (0: given up), and if the run goes on with the next
--         step wish, record (record.lua) or ''; lost
-- The result is recorded even if the lease is lost. A repeat is recognised by the field
-- settled: the lease whose turn ended last.
return turns(function()
  local r = load(key(), arg())
  local last, docs, groups = result(), key(), key()
  local sync_run, keep_for, most, lease, to, till = arg() == '1', int(), int(), arg(), arg(), int()
  local step, next_step, outcome, reason, input = int(), arg() == '1', arg(), arg(), arg()
  local kept, slot_call, slot_at, tries, unknown, since, badge = arg() == '1', arg(), arg(), arg(), arg(), arg(), arg()
  local seen, sync_key, sync_id, file = arg(), key(), arg(), arg()
  local show = {}
  for i = 1, int() * 2 do show[i] = arg() end
  local unreached = {}
  for i = 1, int() do unreached[i] = { id = 'unreached:' .. arg(), doc = arg() } end
  local changes, told = timers(), events()

  local function answer(left)
    if to ~= 'running' or not next_step then return left, '', '' end
    return left, redis.call('HGET', r.key, 'wish') or '', record(due, risk, docs, binding, shown, runs, groups) or ''
  end
  local turn = lease .. '|' .. to
  if r.f.settled == turn then
    if to ~= 'running' then return { 'ok', answer('0') } end
    if replaced(r, lease, 'settle') then return { 'ok', answer(r.f.fence) } end
  end
  if not held(r, lease) then
    if last and keep(r, last) then save(r) end
    return { 'lost' }
  end

  -- The end of a step, or of the run, forgets the results of the step.
  local forgets = next_step or ended[to] or num(r.f.step) ~= step
  if last and not forgets then keep(r, last) end
  if last then drop(r, 'crash') end
  if forgets and not ended[to] then forget(r) end

  -- change puts a value, unless the field has it or has always been without one (none).
  local function change(field, value, none)
    if (r.f[field] or none) ~= value then put(r, field, value) end
  end
  put(r, 'settled', turn)
  change('step', str(next_step and step + 1 or step), '0')
  if kept then put(r, 'o:' .. str(step), outcome) end
  change('tries', tries, '0')
  change('unknown', unknown, '0')
  change('since', since, '0')
  change('why', reason, '')
  unslot(r)

  local left = '0'
  if to == 'running' then
    renew(r, lease, till, 'settle')
    left = r.f.fence
  elseif to == 'waiting' then
    if input ~= '' and not r.f.inp then put(r, 'inp', input) end
    if slot_call ~= '' then
      put(r, 'sk', slot_call)
      put(r, 'sa', slot_at)
    end
    state(r, 'waiting')
    timer(r, till)
  elseif to == 'parked' then
    state(r, 'parked')
  else
    finish(r, to)
    if sync_run then
      put(r, 'cyc', str(num(r.f.cyc) + 1))
      for _, field in ipairs({ 'step', 'begun', 'tries', 'unknown', 'since', 'crash', 'doubt' }) do drop(r, field) end
      for field in pairs(fields(flat(r.f))) do
        if string.sub(field, 1, 2) == 'o:' then drop(r, field) end
      end
      local again = r.f.wish == 'again'
      drop(r, 'wish')
      if again then
        drop(r, 'why')
        state(r, 'armed')
        put(r, 'due', str(now))
        timer(r, now)
      end
    end
  end
  save(r)
  if ended[r.f.st] then retire(r, keep_for, most) end

  write('HSET', shown, show)
  for _, u in ipairs(unreached) do
    if u.doc == '' then redis.call('HDEL', risk, u.id) else redis.call('HSET', risk, u.id, u.doc) end
  end
  if badge ~= '' then
    local st = redis.call('HGET', binding, 'st')
    if st == 'bound' or st == 'missing' then redis.call('HSET', binding, 'badge', badge) end
  end
  for _, e in ipairs(told) do emit(e) end
  change_timers(changes)
  if file ~= '' then follow(file) end
  if seen ~= '0' and (redis.call('HGET', risk, 'v') or seen) ~= seen then
    sync({ key = sync_key, id = sync_id, due = now, flow = '', data = '' })
  end
  tell()
  return { 'ok', answer(left) }
end)
