-- uses: values
-- Keeps a form that a person has not finished. Of each person's forms it keeps the most
-- recent ones.
-- KEYS  forms of the person
-- ARGV  now, op, ms how long, the most forms, form
-- Answer: ok
-- A repeat may be kept in place of an older form.
local op, life, most, form = arg(), int(), int(), arg()
-- Each form follows its number, and '' holds the last number.
local all = fields(redis.call('HGETALL', KEYS[1]))
local last = num(all['']) + 1
redis.call('HSET', KEYS[1], '', str(last), op, str(last) .. '|' .. form)
for kept, value in pairs(all) do
  local n = string.match(value, '^(%d+)|')
  if n and kept ~= op and tonumber(n) <= last - most then redis.call('HDEL', KEYS[1], kept) end
end
redis.call('PEXPIRE', KEYS[1], str(life))
return { 'ok' }
