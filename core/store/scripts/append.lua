-- uses: values runs
-- Adds events to a risk's trail.
-- KEYS  as in runs.lua
-- ARGV  now, channel, nonce, events
-- Answer: ok
-- A repeat is recognised by its nonce.
local nonce = arg()
local told = events()
if redis.call('HGET', risk, 'append') == nonce then return { 'ok' } end
redis.call('HSET', risk, 'append', nonce)
for _, e in ipairs(told) do emit(e) end
return done()
