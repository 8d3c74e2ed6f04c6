-- uses: values runs timers
-- Changes the binding to a group: to bound, missing or '' (free).
-- KEYS  as in runs.lua
-- ARGV  now, channel, risk key, group, to, timers, events
-- Answer: ok
-- A repeat finds the binding as it should be, or no longer bound to the group.
local member, group, to = arg(), arg(), arg()
local changes, told = timers(), events()
local l = fields(redis.call('HGETALL', binding))
if l.group ~= group then return { 'ok' } end
redis.call('HDEL', binding, 'said')
if l.st == to then return { 'ok' } end
if to == '' then unbind(member, l) else redis.call('HSET', binding, 'st', to) end
for _, e in ipairs(told) do emit(e) end
change_timers(changes)
return done()
