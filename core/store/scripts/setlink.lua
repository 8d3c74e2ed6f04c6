-- uses: values runs timers
-- Changes a link that binds a group: to bound, missing or '' (free).
-- KEYS  as in runs.lua
-- ARGV  now, channel, risk key, group, to, timers, events
-- Answer: ok
-- A repeat finds the link as it should be, or no longer binding the group.
local member, group, to = arg(), arg(), arg()
local changes, told = timers(), events()
local l = fields(redis.call('HGETALL', link))
if l.group ~= group then return { 'ok' } end
redis.call('HDEL', link, 'said')
if l.st == to then return { 'ok' } end
if to == '' then unbind(member, l) else redis.call('HSET', link, 'st', to) end
for _, e in ipairs(told) do emit(e) end
change_timers(changes)
return done()
