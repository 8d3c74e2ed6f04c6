package emulator

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"riskroom/adapters/stage"
)

// Error codes of Discord, see
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json.
const (
	unknownChannel      = 10003
	unknownGuild        = 10004
	unknownMember       = 10007
	unknownMessage      = 10008
	unknownOverwrite    = 10009
	unknownUser         = 10013
	unknownWebhook      = 10015
	unknownInteraction  = 10062
	unknownCommand      = 10063
	tooManyPins         = 30003
	tooManyChannels     = 30013
	tooManyCommands     = 30032
	commandsADay        = 30034
	tooManyOverwrites   = 30060
	fileTooLarge        = 40005
	proxyBlocked        = 40333
	alreadyAnswered     = 40060
	missingAccess       = 50001
	dmOnly              = 50003
	notAuthor           = 50005
	emptyMessage        = 50006
	cannotMessage       = 50007
	notText             = 50008
	missingPermissions  = 50013
	systemMessage       = 50021
	wrongChannelType    = 50024
	invalidToken        = 50027
	invalidRecipient    = 50033
	invalidForm         = 50035
	invalidVersion      = 50041
	invalidJSON         = 50109
	noMutualGuild       = 50278
	needsTwoFactor      = 60003
	replyWithoutHistory = 160002
)

// problem is what goes with a code.
type problem struct {
	status  int
	message string
}

func problems() map[int]problem {
	return map[int]problem{
		unknownChannel:      {http.StatusNotFound, "Unknown Channel"},
		unknownGuild:        {http.StatusNotFound, "Unknown Guild"},
		unknownMember:       {http.StatusNotFound, "Unknown Member"},
		unknownMessage:      {http.StatusNotFound, "Unknown Message"},
		unknownOverwrite:    {http.StatusNotFound, "Unknown Overwrite"},
		unknownUser:         {http.StatusNotFound, "Unknown User"},
		unknownWebhook:      {http.StatusNotFound, "Unknown Webhook"},
		unknownInteraction:  {http.StatusNotFound, "Unknown interaction"},
		unknownCommand:      {http.StatusNotFound, "Unknown application command"},
		fileTooLarge:        {http.StatusRequestEntityTooLarge, "Request entity too large"},
		missingAccess:       {http.StatusForbidden, "Missing Access"},
		missingPermissions:  {http.StatusForbidden, "Missing Permissions"},
		proxyBlocked:        {http.StatusForbidden, "internal network error"},
		notAuthor:           {http.StatusForbidden, "Cannot edit a message authored by another user"},
		cannotMessage:       {http.StatusForbidden, "Cannot send messages to this user"},
		noMutualGuild:       {http.StatusForbidden, "Cannot send messages to this user due to having no mutual guilds"},
		dmOnly:              {http.StatusForbidden, "Cannot execute action on a DM channel"},
		systemMessage:       {http.StatusForbidden, "Cannot execute action on a system message"},
		replyWithoutHistory: {http.StatusForbidden, "Cannot reply without permission to read message history"},
		needsTwoFactor:      {http.StatusForbidden, "Two factor is required for this operation"},
		invalidToken:        {http.StatusUnauthorized, "Invalid Webhook Token"},
		tooManyPins:         {http.StatusBadRequest, "Maximum number of pins reached for the channel (250)"},
		tooManyChannels:     {http.StatusBadRequest, "Maximum number of server channels reached (500)"},
		tooManyCommands:     {http.StatusBadRequest, "Maximum number of application commands reached (100)"},
		commandsADay:        {http.StatusBadRequest, "Max number of daily application command creates has been reached (200)"},
		tooManyOverwrites:   {http.StatusBadRequest, "Maximum number of channel permission overwrites reached (1000)"},
		alreadyAnswered:     {http.StatusBadRequest, "Interaction has already been acknowledged."},
		emptyMessage:        {http.StatusBadRequest, "Cannot send an empty message"},
		notText:             {http.StatusBadRequest, "Cannot send messages in a non-text channel"},
		wrongChannelType:    {http.StatusBadRequest, "Cannot execute action on this channel type"},
		invalidRecipient:    {http.StatusBadRequest, "Invalid Recipient(s)"},
		invalidForm:         {http.StatusBadRequest, "Invalid Form Body"},
		invalidVersion:      {http.StatusBadRequest, "Invalid API version"},
		invalidJSON:         {http.StatusBadRequest, "The request body contains invalid JSON."},
	}
}

// refusal is an answer other than success.
type refusal struct {
	status  int
	code    int
	message string
	errors  object // of an invalid form: the tree of what is wrong where
	header  http.Header
	wait    time.Duration // of a rate limit
	global  bool
	full    bool // there is no room; the body is correct
}

// Error returns the code.
func (r *refusal) Error() string { return strconv.Itoa(r.code) }

func refuse(code int) error {
	p, ok := problems()[code]
	if !ok {
		p = problem{http.StatusBadRequest, fmt.Sprintf("Error %d", code)}
	}
	return &refusal{status: p.status, code: code, message: p.message}
}

// plain returns a refusal without an error code, such as "401: Unauthorized".
func plain(status int) error {
	return &refusal{status: status, message: strconv.Itoa(status) + ": " + http.StatusText(status)}
}

func asRefusal(err error) *refusal {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r
	}
	return &refusal{status: http.StatusInternalServerError, message: err.Error()}
}

// codeOf returns an answer's code for the log of calls: Discord's code, or the HTTP
// status if it has none.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	r := asRefusal(err)
	if r.code == 0 {
		return strconv.Itoa(r.status)
	}
	return r.Error()
}

func (r *refusal) body() []byte {
	if r.status == http.StatusTooManyRequests {
		return stage.JSON(object{"message": r.message, "retry_after": r.wait.Seconds(), "global": r.global})
	}
	body := object{"message": r.message, "code": r.code}
	if r.errors != nil {
		body["errors"] = r.errors
	}
	return stage.JSON(body)
}
