package main

// chinesePlan has the Chinese of plan, by the English.
func chinesePlan() map[string]string {
	return map[string]string{
		"Show what a changed config file will do to the risks in Redis": "列出更改后的配置文件会对 Redis 中的风险做什么",
		`plan compares a config file with the risks in the Redis that it names. It shows what
serve does when it starts with the file or reloads it: for each flow, which timers
move, are added or dropped, and which runs keep the text with which they began. It
also shows which fields, options, nodes, modules and people of open risks the file no
longer has. If messages would be sent at once, it warns and counts them for each
recipient.

A timer that would be due already with the new file is dropped, so a change never
sends a burst of reminders. What is overdue in any case, because no serve is running,
and what starts when risks enter a new process, is due at once.

plan changes nothing. It needs only the secrets in the redis section, and shows people
by the names in the config file. User groups count as one recipient.

Exit codes: 0 compared, 1 the file has errors or Redis cannot be read, 2 the command
line is wrong.`: `plan 把配置文件与它指定的 Redis 中的风险进行比较，列出 serve 用它启动或重新加载它时
会做什么：每个动作流有哪些定时器会移动、添加或删除，哪些运行保持开始时的内容。还会列出
未关闭的风险中，配置文件不再包含的字段、选项、节点、模块和人员。如果会立即发送消息，
则发出警告，并按接收人统计数量。

按新文件早已到期的定时器会被删除，所以更改文件不会一下子发出大量提醒。没有 serve 运行而
已经逾期的，以及风险进入新流程时触发的，会立即到期。

plan 不做任何更改，只需要 redis 部分的密钥。人员按配置文件中的名字显示，用户组算作
一个接收人。

退出码：0 已比较，1 文件有错误或无法读取 Redis，2 命令行有误`,
		"which config file? riskroom plan FILE":                    "哪个配置文件？riskroom plan FILE",
		"name every risk and run, not only the first ones":         "列出所有风险和运行，而不只是前几个",
		"Compared with %d risk that is open or has a timer.":       "已与 %d 条未关闭或有定时器的风险比较",
		"Compared with %d risks that are open or have a timer.":    "已与 %d 条未关闭或有定时器的风险比较",
		"The file changes nothing about them.":                     "该文件不会改变它们",
		"%s the first node of the process: %s":                     "%s流程的第一个节点：%s",
		"%d open risk enters":                                      "%d 条未关闭的风险进入",
		"%d open risks enter":                                      "%d 条未关闭的风险进入",
		"Open risks have values that the file no longer has:":      "未关闭的风险含有文件中不再有的值：",
		"%s: not in the file":                                      "%s：文件中没有",
		"%d timer moves":                                           "%d 个定时器移动",
		"%d timers move":                                           "%d 个定时器移动",
		"%d timer is added":                                        "添加 %d 个定时器",
		"%d timers are added":                                      "添加 %d 个定时器",
		"%d timer is dropped":                                      "删除 %d 个定时器",
		"%d timers are dropped":                                    "删除 %d 个定时器",
		"%d timer is dropped, because it would be due already":     "删除 %d 个按新文件早已到期的定时器",
		"%d timers are dropped, because they would be due already": "删除 %d 个按新文件早已到期的定时器",
		"%d timer stays and follows the new text":                  "%d 个定时器时间不变，采用新内容",
		"%d timers stay and follow the new text":                   "%d 个定时器时间不变，采用新内容",
		"%d run keeps its earlier text":                            "%d 个运行保持先前的内容",
		"%d runs keep their earlier text":                          "%d 个运行保持先前的内容",
		"%s: %s → %s":                                              "%s：%s → %s",
		"and %d more (--all)":                                      "另有 %d 个（--all）",
		"! DUE AT ONCE: %s, with %s":                               "! 立即到期：%s，%s",
		"%d run":                                                   "%d 个运行",
		"%d runs":                                                  "%d 个运行",
		"%d message":                                               "%d 条消息",
		"%d messages":                                              "%d 条消息",
		"%s to %s":                                                 "%s 发给 %s",
		"%s in the group %s":                                       "%s 发到群组 %s",
		"%d schedule is due, whose messages are not counted":       "%d 个定时计划到期，其消息未计入",
		"%d schedules are due, whose messages are not counted":     "%d 个定时计划到期，其消息未计入",
		"%d new group":                                             "%d 个新群组",
		"%d new groups":                                            "%d 个新群组",
		"the field %s":                                             "字段 %s",
		"the field %s, which has another type now":                 "字段 %s（类型已改变）",
		"the option %s":                                            "选项 %s",
		"the node %s":                                              "节点 %s",
		"the module %s":                                            "模块 %s",
		"the person %s":                                            "人员 %s",
	}
}
