-- uses: values runs timers
-- Changes timers of a risk without changing the risk.
-- KEYS  as in runs.lua, then runs
-- ARGV  now, channel, timers
-- Answer: ok
-- A repeat finds every run as the first time left it.
local changes = timers()
change_timers(changes)
return done()
