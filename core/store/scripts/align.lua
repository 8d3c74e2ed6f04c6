-- uses: values
-- Begins or ends aligning the timers of a shard with a config file.
-- KEYS  aligned, server (see claim.lua)
-- ARGV  now, file, nonce, ends (0/1)
-- Answer: ok, 1 if the shard is aligned, else 0; conflict with file if another one is in force
-- The key is the file that the shard is aligned with, or that file, a space and the
-- nonce of whoever aligns it. A change by a process with another file deletes it
-- (apply.lua).
local file, nonce, ends = arg(), arg(), arg() == '1'
local mine = file .. ' ' .. nonce
if (redis.call('HGET', KEYS[2], 'file') or file) ~= file then return { 'conflict', 'file' } end
local aligned = redis.call('GET', KEYS[1])
if not ends and aligned ~= file then
  redis.call('SET', KEYS[1], mine)
elseif aligned == mine then
  aligned = file
  redis.call('SET', KEYS[1], file)
end
return { 'ok', aligned == file and '1' or '0' }
