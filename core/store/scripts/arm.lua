-- uses: values runs timers
-- Changes timers of a risk without changing the risk.
-- KEYS  as in runs.lua, then runs
-- ARGV  now, channel, version that the risk must have or 0, timers
-- Answer: ok; conflict
-- A repeat finds every run as the first call left it.
local version = arg()
local changes = timers()
if version ~= '0' and (redis.call('HGET', risk, 'v') or '0') ~= version then return { 'conflict', 'version' } end
change_timers(changes)
return done()
