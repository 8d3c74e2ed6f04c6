package main

// chinese returns tables with the Chinese of the program's phrases, by the English.
func chinese() []map[string]string {
	return append(chineseHelp(), chineseGeneral(), chineseMisuse(), chineseRuns(), chineseRender(), chineseSimulate(), chineseTest(), chineseTimeline(), chinesePlan(), chineseReasons(), chineseEvents())
}

// chineseGeneral returns the Chinese of what commands print, by the English.
func chineseGeneral() map[string]string {
	return map[string]string{
		"%d error":      "%d 个错误",
		"%d errors":     "%d 个错误",
		"%d warning":    "%d 个警告",
		"%d warnings":   "%d 个警告",
		"%d workspace":  "%d 个工作区",
		"%d workspaces": "%d 个工作区",
		"%d module":     "%d 个模块",
		"%d modules":    "%d 个模块",
		"%d flow":       "%d 个动作流",
		"%d flows":      "%d 个动作流",
		"%s; %s":        "%s；%s",
		"%s\n%s":        "%s\n%s",

		"fine: %s, %s, %s":                                              "没有问题：%s、%s、%s",
		"%s; no workspace was asked":                                    "%s；没有询问工作区",
		"%s: %s; nothing was started":                                   "%s：%s；没有启动",
		"for your editor, begin %s with this line: %s":                  "要让编辑器使用它，请把 %s 的第一行写成：%s",
		"%d deleted, %d left out":                                       "已删除 %d 个，跳过 %d 个",
		"%d would be deleted, %d left out":                              "将删除 %d 个，跳过 %d 个",
		"Nothing has been deleted. To delete them for good, add --yes.": "没有删除任何内容。如要永久删除，请添加 --yes",
		"wrote %s: %s":                                                  "已写入 %s：%s",
		"%d risk":                                                       "%d 条风险",
		"%d risks":                                                      "%d 条风险",
		"apply the config file when it changes":                         "配置文件更改后应用它",
		"which runs? To find their IDs: riskroom runs list":             "哪些运行？查找其 ID：riskroom runs list",
		"wrote %s":           "已写入 %s",
		"interrupted":        "已中断",
		"Try \"%s --help\".": "请看 \"%s --help\"",

		"%v, perhaps by another demo: to use a free port, add --addr %s":                                       "%v，可能被另一个演示占用：如需使用空闲端口，请添加 --addr %s",
		"%v, perhaps by another riskroom: stop it, or choose other addresses with --listen and --admin-listen": "%v，可能被另一个 riskroom 占用：请停止它，或用 --listen 和 --admin-listen 指定其他地址",
		"%s; nothing was played": "%s；没有播放",
	}
}

// chineseMisuse returns the Chinese of errors in the command line, by the English.
func chineseMisuse() map[string]string {
	return map[string]string{
		"%q is not one of %s":                                                                      "%q 不在可用的值之中：%s",
		"%s is larger than %d MiB: is it a config file?":                                           "%s 超过 %d MiB：它是配置文件吗？",
		"%s is not riskroom's: move it away, or print the schema with: riskroom schema":            "%s 不是 riskroom 写的：请移走它，或用 riskroom schema 显示 JSON Schema",
		"%s exists already: name another file":                                                     "%s 已存在：请换一个文件名",
		"%s takes only flags, not %q":                                                              "%s 只接受参数标志，不接受 %q",
		"--%s: %q is not a day such as 2026-01-31":                                                 "--%s：%q 不是日期，如 2026-01-31",
		"--addr %s is not an address: use the form %s":                                             "--addr %s 不是地址：请写成 %s 的形式",
		"--addr %s: the demo has no passwords, so only this machine may reach it: use the form %s": "--addr %s：演示没有密码，只允许本机访问：请写成 %s 的形式",
		"--watch needs a file: the standard input can't be read again":                             "--watch 需要文件：标准输入无法再次读取",
		"--limit must be at least 1":                                                               "--limit 至少为 1",
		"--platform %s: %s has no such workspace, only %s; leave --platform out, or add a workspace with platform: %s": "--platform %s：%s 没有这样的工作区，只有 %s；请去掉 --platform，或添加 platform: %s 的工作区",
		"--status: %q is not one of %s":                                      "--status：%q 不在可用的值之中：%s",
		"cannot read the config file: %v":                                    "无法读取配置文件：%v",
		"closed before which day? Add --closed-before DATE":                  "在哪一天之前关闭？请添加 --closed-before 日期",
		"for which platform? Add %s":                                         "哪个平台？请添加 %s",
		"log level: %v":                                                      "日志级别：%v",
		"pass the config file with a flag: --config %s":                      "请用标志指定配置文件：--config %s",
		"the config file has no workspace on %s":                             "配置文件中没有 %s 的工作区",
		"there is no manifest for %q, only for %s":                           "没有 %q 的清单，只有 %s 的",
		"there is no workspace %q on %s, only %s":                            "%[2]s 没有工作区 %[1]q，只有 %[3]s",
		"unknown command %q for \"riskroom runs\"":                           "\"riskroom runs\" 没有命令 %q",
		"which command? list, show, retry or drop":                           "哪个命令？list、show、retry 或 drop",
		"which config file? Add --config FILE":                               "哪个配置文件？请添加 --config 文件",
		"which files? Name one or more to check":                             "哪些文件？请写一个或多个要检查的文件",
		"which run? One ID from riskroom runs list":                          "哪个运行？请写 riskroom runs list 中的一个 ID",
		"which risk? Its key, such as R-17, and a flow if you want only one": "哪条风险？请写其编号，如 R-17；只看一个动作流时再写其名称",
		"%q is not the key of a risk; they look like %s":                     "%q 不是风险编号；编号形如 %s",
		"which workspace? Add --workspace with one of %s":                    "哪个工作区？请添加 --workspace，其值为 %s 之一",
	}
}
