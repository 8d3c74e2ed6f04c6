package inspect

import "maps"

// Chinese returns the Chinese of this package's phrases and of package platform's, by the
// English.
func Chinese() map[string]string {
	all := chineseFindings()
	maps.Copy(all, chineseScreen())
	maps.Copy(all, chineseStore())
	return all
}

// chineseScreen returns the Chinese of the screen, by the English.
func chineseScreen() map[string]string {
	return map[string]string{
		"Serving %s and %s: %s": "正在服务：%s，%s（%s）",
		"%d workspace":          "%d 个工作区",
		"%d workspaces":         "%d 个工作区",
		"%d flow":               "%d 个动作流",
		"%d flows":              "%d 个动作流",
		"%d problem":            "%d 个问题",
		"%d problems":           "%d 个问题",
		"%d run armed":          "%d 个待执行的运行",
		"%d runs armed":         "%d 个待执行的运行",
		"redis":                 "Redis",
		"flows":                 "动作流",
		"addresses":             "地址",
		"the file":              "配置文件",
		"%s, durability %s":     "%s，durability: %s",
		"warning: %s":           "警告：%s",
		"%s; its runs wait":     "%s；它的运行会一直等待",
		"%s and %d more":        "%s 等，另有 %d 个",
		"%s, the bot is %s, %s": "%s，机器人名为 %s，%s",
		"%s for platforms, %s":  "%s 供平台访问，%s",

		"%s for /healthz, /readyz and /metrics":                                         "%s 提供 /healthz、/readyz 和 /metrics",
		"%s, %d parked: riskroom runs list":                                             "%s，%d 个待人工处理：riskroom runs list",
		"and %d more: riskroom check --online %s":                                       "另有 %d 个：riskroom check --online %s",
		"everyone and everything that it names exists":                                  "其中的人员、群组和频道都存在",
		"everything that it names exists in the workspaces that respond":                "在有响应的工作区中，其中的人员、群组和频道都存在",
		"the check was stopped after %v and is incomplete; run riskroom check --online": "检查在 %v 后中止，结果不完整；请运行 riskroom check --online",
		"the private redis in %s":                                                       "私有 Redis，目录 %s",
		"--url takes an https address, such as https://risk.example.com":                "--url 应为 https 地址，如 https://risk.example.com",
	}
}

// chineseStore returns the Chinese of what Redis may lose, by the English.
func chineseStore() map[string]string {
	return map[string]string{
		"the store is in this process's memory, so everything is lost when it ends":                                                                                                                                    "数据保存在本进程的内存中，进程结束后全部丢失",
		"Redis evicts keys when its memory is full (maxmemory-policy %s), including risks: set maxmemory-policy noeviction":                                                                                            "内存用尽时 Redis 会淘汰包括风险在内的数据（maxmemory-policy %s）：请设置 maxmemory-policy noeviction",
		"Redis writes nothing to disk, so every risk is lost when it restarts: set appendonly yes":                                                                                                                     "Redis 不写磁盘，重启后所有风险都会丢失：请设置 appendonly yes",
		"Redis writes snapshots only (save %s), so a crash loses what came after the last one: set appendonly yes":                                                                                                     "Redis 只写快照（save %s），崩溃时会丢失最近一次快照之后的数据：请设置 appendonly yes",
		"Redis syncs its file every second, so a power cut loses up to two seconds of changes. With appendfsync always it loses none. durability: strict needs that, or a Redis with a working WAITAOF (7.2 or newer)": "Redis 每秒同步一次文件，断电时最多丢失两秒的更改。设置 appendfsync always 则不会丢失。durability: strict 要求这样设置，或使用 WAITAOF 可用的 Redis（7.2 或更新版本）",
		"Redis syncs its file every second, and durability: strict waits for that, up to a second for each change and each call; appendfsync always is faster":                                                         "Redis 每秒同步一次文件，durability: strict 会等待同步，每次更改和每次调用最多等一秒；appendfsync always 更快",
		"Redis syncs its file every second, and its WAITAOF (version %s) doesn't wait for that, so a power cut loses up to two seconds of changes: set appendfsync always":                                             "Redis 每秒同步一次文件，而它的 WAITAOF（版本 %s）不等待同步，断电时最多丢失两秒的更改：请设置 appendfsync always",
		"Redis syncs its file with every change, so nothing that was acknowledged is lost":                                                                                                                             "Redis 每次更改都同步文件，已确认的数据不会丢失",
		"Redis leaves syncing to the system (appendfsync no), so a power cut loses what was not written yet":                                                                                                           "Redis 由操作系统决定何时同步（appendfsync no），断电时会丢失尚未写入的数据",
		"Redis doesn't report when it syncs its file, so it is unknown what a power cut loses":                                                                                                                         "无法得知 Redis 何时同步文件，因此不清楚断电会丢失什么",
		"this Redis is a replica of %s: use the master's address, or the sentinels'":                                                                                                                                   "此 Redis 是 %s 的副本：请使用主节点或哨兵的地址",
		"durability is strict, and this Redis has no replica that could confirm a write":                                                                                                                               "durability 为 strict，但此 Redis 没有可以确认写入的副本",
		"Redis has replicas (%s), and a failover loses what has not reached them: durability: strict waits for them":                                                                                                   "Redis 有副本（%s），故障切换会丢失尚未复制的数据：durability: strict 会等待副本",
		"Redis has replicas but accepts writes without them (min-replicas-to-write 0), so a master that is cut off accepts writes that a failover loses: set min-replicas-to-write 1":                                  "Redis 有副本，但没有副本时仍接受写入（min-replicas-to-write 0），网络隔离的主节点接受的写入会在故障切换后丢失：请设置 min-replicas-to-write 1",
		"the clock of Redis is %s ahead of this machine's (behind, if negative), so timers are off: fix the clocks":                                                                                                    "Redis 的时钟比本机快 %s（负数表示慢），定时器会不准：请校准时钟",
		"riskroom's Redis user may not run %s, so changes fail, some of them halfway: allow these commands (ACL SETUSER)":                                                                                              "riskroom 的 Redis 用户不能执行 %s，更改会失败，有些会中途失败：请允许这些命令（ACL SETUSER）",
		"riskroom's Redis user may not read and write keys like %s: allow them (ACL SETUSER, with ~ before each)":                                                                                                      "riskroom 的 Redis 用户不能读写 %s 这样的键：请允许（ACL SETUSER，每个键前加 ~）",
		"riskroom's Redis user may not use the channel %s, so runs that are due at once start up to a second late: allow it (ACL SETUSER, with & before it)":                                                           "riskroom 的 Redis 用户不能使用频道 %s，应立即执行的运行最多会晚一秒：请允许（ACL SETUSER，频道前加 &）",
		"the last write of Redis to disk failed (%s): check its log and the disk":                                                                                                                                      "Redis 最近一次写磁盘失败（%s）：请检查它的日志和磁盘",
	}
}

// chineseFindings returns the Chinese of what a check of workspaces finds, by the English.
func chineseFindings() map[string]string {
	return map[string]string{
		"%s and %s are the same %s, %s":                                     "%s 和 %s 是同一个%s：%s",
		"%s and %s are the same account in %s, %s":                          "%s 和 %s 在 %s 是同一个账号：%s",
		"%s can't be found by e-mail address in %s":                         "在 %[2]s 按邮箱找不到 %[1]s",
		"%s doesn't respond for %s (%s)":                                    "%s 对 %s 没有响应（%s）",
		"%s has no %s %s":                                                   "%s 没有%s %s",
		"%s has several %ss called %s":                                      "%s 有多个%s名为 %s",
		"%s is %s, where the bot is %s":                                     "%s 是 %s，机器人在那里名为 %s",
		"%s is a bot in %s":                                                 "%s 在 %s 是机器人",
		"%s is deactivated in %s":                                           "%s 在 %s 已停用",
		"%s on %s":                                                          "%[2]s 上的 %[1]s",
		"%s was not asked: its bot_token is not set":                        "没有询问 %s：未设置它的 bot_token",
		"%s, or create a %s under %s":                                       "%[1]s，或在%[3]s中创建%[2]s",
		"%s; or ask them to link their accounts with %s link":               "%s；或请本人用 %s 关联 关联账号",
		"@%s doesn't exist: %s":                                             "@%s 不存在：%s",
		"check the network, api_url and proxies":                            "请检查网络、api_url 和代理",
		"check the spelling":                                                "请检查拼写",
		"check the spelling, or use the user ID: %s":                        "请检查拼写，或使用用户 ID：%s",
		"copy the ID again: %s":                                             "请重新复制 ID：%s",
		"could not check %s in %s: %s":                                      "无法检查 %[2]s 的%[1]s：%[3]s",
		"keep one of the two":                                               "请只保留一个",
		"name a person":                                                     "请写一个人",
		"name somebody else, or have the account reactivated":               "请写其他人，或恢复该账号",
		"no %s of that name in %s":                                          "%[2]s 没有这个名称的%[1]s",
		"remove one of them":                                                "请删除其中一个",
		"set the environment variable or the file that bot_token refers to": "请设置 bot_token 引用的环境变量或文件",
		"the %s @%s in %s has no members":                                   "%[3]s 的%[1]s @%[2]s 没有成员",
		"the admin_channel":                                                 "admin_channel",
		"the channel":                                                       "频道",
		"the members of @%s in %s can't be listed: %s":                      "无法列出 %[2]s 的 @%[1]s 的成员：%[3]s",
	}
}
