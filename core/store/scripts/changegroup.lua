-- uses: values runs timers groups
-- Changes the record of a group.
-- KEYS  as in runs.lua, then the groups, the set of keys with a live one, the run, runs
-- ARGV  now, channel, group (as in groups.lua), rev that it must have (0: not stored),
--       under a lease (0/1), then if it is 1: run (key index, ID), lease; timers, events
-- Answer: ok; lost; conflict with rev
-- A repeat finds the record as it should be.
local g, expect, run, lease = group(), arg(), nil, nil
if arg() == '1' then run, lease = load(key(), arg()), arg() end
local changes, told = timers(), events()

local now_stored = stored_group(g)
if now_stored == g.value then return { 'ok' } end
if run and not held(run, lease) then return { 'lost' } end
if (string.match(now_stored, '^(%d+)|') or '0') ~= expect then return { 'conflict', 'rev' } end
put_group(g)
for _, e in ipairs(told) do emit(e) end
change_timers(changes)
return done()
