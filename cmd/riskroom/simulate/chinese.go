package simulate

// Chinese returns the Chinese of this package's phrases, by the English.
func Chinese() map[string]string {
	return map[string]string{
		"%q is not a moment": "%q 不是时刻",
		`write a day with or without a time, such as "2026-03-02 09:00"`: `请写日期，可带时间，如 "2026-03-02 09:00"`,
		"%q is not a length of time":                                     "%q 不是时长",
		"write days, hours, minutes and seconds, such as 30d or 12h":     "请写天、小时、分钟和秒，如 30d 或 12h",
		"unknown workspace %q: %s":                                       "未知工作区 %q。%s",
		"%q is not a person's name":                                      "%q 不是人名",
		"write a name as under people in the config file":                "请写配置文件 people 中那样的名字",
		"the config file has no person named %q: %s":                     "配置文件中没有名为 %q 的人员。%s",
		"the simulation has a person of this name in every workspace; if that is what you want, ignore this": "模拟时，每个工作区里都会有此人；如果本意如此，可忽略这条警告",
		"a risk has no operators of its own": "风险没有自己的操作人员",
		"the operators are those of the risk's node in the process; to choose them for each risk, give the config file a field of people, and name that field there": "操作人员由风险所在的流程节点决定；如需逐个风险指定，请在配置文件中增加人员字段，并在节点中引用该字段",
		"%q is neither a name, nor @group, nor workspace:@group, nor workspace/ID":                                                                                   "%q 既不是名字，也不是 @组、工作区:@组 或 工作区/ID",
		"An example that nobody takes":                                        "示例：无人处理",
		"An example that is resolved":                                         "示例：已解决",
		"the first line must name the columns, and one of them must be title": "第一行必须是列名，其中必须有 title",
		"the file is empty":                                                   "文件是空的",
		"this line is not CSV with as many columns as the first: %v":          "这一行不是与第一行列数相同的 CSV：%v",
		"%q is not a number":                                                  "%q 不是数字",
		"%q: %s":                                                              "%q：%s",
		"%q is not a command":                                                 "%q 不是命令",
		"commands begin with %s":                                              "命令以 %s 开头",
		"%s":                                                                  "%s",
		"schedules":                                                           "定时",
		"notices":                                                             "通知",
	}
}
