-- uses: timers result groups
-- Records the result of a call, or closes its intent without one.
-- KEYS  as in runs.lua, then the run
-- ARGV  now, channel, run (key index, ID), result (as in result.lua), attempt,
--       fail (0/1), lease, group to bind or '', record of the group (as in groups.lua),
--       timers, events
-- Answer: ok, wish; not_found; lost; conflict with attempt
-- A repeat finds the result, or the intent closed. The record of a group that is stored
-- already stays.
local r = load(key(), arg())
local c, attempt = result(), int()
local fail, lease, bind = arg() == '1', arg(), arg()
local record = group()
local changes, told = timers(), events()

if not r.f.st then return { 'not_found' } end
if (r.f.cyc or '0') ~= c.cycle then return { 'ok', '' } end

if fail then
  if not held(r, lease) then return { 'lost' } end
  if (r.f.step or '0') == c.step and not r.f['v:' .. c.name] then
    local i = intent(r, c.name)
    if i.attempt ~= attempt then return { 'conflict', 'attempt' } end
    if i.open then
      note(r, c.name, i, false)
      for _, e in ipairs(told) do emit(e) end
      save(r)
    end
  end
  return done(r.f.wish or '')
end

if not keep(r, c) then return { 'ok', r.f.wish or '' } end
local outcome = ''
if bind ~= '' then
  -- A binding that another run has reserved or bound by now stays as it is. So does
  -- one from which this very group was released.
  local l = fields(redis.call('HGETALL', binding))
  local st = l.st or ''
  if (st == 'reserved' and l.run == r.id) or (st == '' and l.last ~= bind) then
    redis.call('HSET', binding, 'st', 'bound', 'group', bind, 'run', r.id)
    redis.call('HDEL', binding, 'badge')
    redis.call('SADD', bindings, string.match(r.id, '^[^/]+'))
  elseif l.group ~= bind then
    outcome = 'unbound'
  end
end
local created = record and stored_group(record) == ''
if created then put_group(record) end
for _, e in ipairs(told) do emit(e, outcome) end
save(r)
if created then change_timers(changes) end
return done(r.f.wish or '')
