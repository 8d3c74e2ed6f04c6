-- uses: values runs calls groups
-- Records the result of a call, or closes its intent without one.
-- KEYS  as in runs.lua, then the run
-- ARGV  now, channel, run (key index, ID), cycle, step, call, attempt, value,
--       fail (0/1), lease, group to bind or '', record of the group (as in groups.lua),
--       events
-- Answer: ok, wish; not_found; lost; conflict with attempt
-- A repeat finds the result, or the intent closed. The first result stays, and so does
-- the record of a group that is stored already.
local r = load(key(), arg())
local cycle, step, name, attempt, value = arg(), arg(), arg(), int(), arg()
local fail, lease, bind = arg() == '1', arg(), arg()
local record = group()
local told = events()

if not r.f.st then return { 'not_found' } end
if (r.f.cyc or '0') ~= cycle then return { 'ok', '' } end
local mine = (r.f.step or '0') == step and not ended[r.f.st]
local i = intent(r, name)

if fail then
  if not held(r, lease) then return { 'lost' } end
  if mine and not r.f['v:' .. name] then
    if i.attempt ~= attempt then return { 'conflict', 'attempt' } end
    if i.open then
      note(r, name, i, false)
      for _, e in ipairs(told) do emit(e) end
      save(r)
    end
  end
  return done(r.f.wish or '')
end

if mine then
  if r.f['v:' .. name] then return { 'ok', r.f.wish or '' } end
  put(r, 'v:' .. name, value)
  drop(r, 'crash')
  if i.open then note(r, name, i, false) end
else
  local late = step .. '|' .. name .. '|' .. value
  if r.f.late == late then return { 'ok', r.f.wish or '' } end
  put(r, 'late', late)
end

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
if record and stored_group(record) == '' then put_group(record) end
for _, e in ipairs(told) do emit(e, outcome) end
save(r)
return done(r.f.wish or '')
