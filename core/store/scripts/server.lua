-- library: values
-- Which server this is.

local function info(section, field)
  local text = redis.pcall('INFO', section)
  return type(text) == 'string' and string.match(text, '\n' .. field .. ':([^\r\n]*)') or ''
end

-- identity returns what changes when the server starts again and when another becomes
-- the master, '' if the server doesn't say. Either may have lost the latest writes. known is
-- what it was before, or nil. A master gets a new master_replid in both cases, so if that is
-- the same, the rest needn't be asked for.
local function identity(known)
  local replid = info('replication', 'master_replid')
  if known and string.find(replid, '[^0]') and string.sub(known, -#replid - 1) == '/' .. replid then return known end
  local run = info('server', 'run_id')
  return run == '' and '' or run .. '/' .. replid
end

-- began returns since when at the latest the server has had its identity. It says when it
-- started, but not when it became the master.
local function began()
  local up = tonumber(info('server', 'uptime_in_seconds'))
  if not up or info('replication', 'second_repl_offset') ~= '-1' then return now end
  return now - up * 1000
end
