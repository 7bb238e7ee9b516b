package fn

import (
	"github.com/azflow/azflow/kql/types"
)

// datetimeFuncs returns the functions of datetimes and timespans.
func datetimeFuncs() []Func {
	return []Func{
		{
			Name: "format_datetime",
			Doc:  "Writes a datetime by a format.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "format", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Naming: FirstArgName,
			Kernel: formatDatetimeKernel,
			Check:  checkFormat(datetimeFields),
		},
		{
			Name: "format_timespan",
			Doc:  "Writes a timespan by a format.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "timespan", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
					{Name: "format", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Naming: FirstArgName,
			Kernel: formatTimespanKernel,
			Check:  checkFormat(timespanFields),
		},
		{
			Name: "make_datetime",
			Doc:  "Makes a datetime of its parts.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "year", Kind: Number, Min: 1, Max: 1},
					{Name: "month", Kind: Number, Min: 1, Max: 1},
					{Name: "day", Kind: Number, Min: 1, Max: 1},
					{Name: "hour", Kind: Number, Max: 1},
					{Name: "minute", Kind: Number, Max: 1},
					{Name: "second", Kind: Number, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Naming: OnlyArgName,
			Kernel: makeDatetimeKernel,
		},
		{
			Name: "make_timespan",
			Doc:  "Makes a timespan of its parts.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "days", Kind: Number, Min: 1, Max: 1},
					{Name: "hours", Kind: Number, Min: 1, Max: 1},
					{Name: "minutes", Kind: Number, Min: 1, Max: 1},
					{Name: "seconds", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.TimeSpan}},
				{Params: []Param{
					{Name: "hours", Kind: Number, Min: 1, Max: 1},
					{Name: "minutes", Kind: Number, Min: 1, Max: 1},
					{Name: "seconds", Kind: Number, Max: 1},
				}, Ret: Return{Type: types.TimeSpan}},
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.TimeSpan}},
			},
			Naming: OnlyArgName,
			Kernel: makeTimespanKernel,
		},
		{
			Name: "datetime_add",
			Doc:  "Adds a number of parts to a datetime.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "part", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "value", Kind: Integer, Min: 1, Max: 1},
					{Name: "datetime", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Kernel: map3(datetimeAdd),
			Check:  checkPart,
		},
		{
			Name: "datetime_diff",
			Doc:  "Counts the boundaries of a part between two datetimes.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "part", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "datetime1", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "datetime2", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
				}, Ret: Return{Rule: TimeDiff}},
			},
			Kernel: map3(datetimeDiff),
			Check:  checkPart,
		},
		{
			Name: "datetime_part",
			Doc:  "Returns a part of a datetime as a number.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "part", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Int}},
			},
			Kernel: map2(datetimePart),
			Check:  checkPart,
		},
		{
			Name: "datepart",
			Doc:  "Returns a part of a datetime as a number.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "part", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Int}},
			},
			Obsolete: "datetime_part",
			Hidden:   true,
			Kernel:   map2(datetimePart),
			Check:    checkPart,
		},
		{
			Name: "datetime_local_to_utc",
			Doc:  "Converts local time of a time zone to UTC.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "from", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "timezone", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Kernel: toUTCKernel,
		},
		{
			Name: "datetime_utc_to_local",
			Doc:  "Converts UTC to local time of a time zone.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "from", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "timezone", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Kernel: fromUTCKernel,
		},
		{
			Name: "datetime_list_timezones",
			Doc:  "Lists the time zones.",
			Sigs: []Sig{
				{Ret: Return{Type: types.Dynamic}},
			},
			Kernel: zonesKernel,
		},
		{
			Name: "dayofweek",
			Doc:  "Returns the time since the preceding Sunday, in whole days.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.TimeSpan}},
			},
			Kernel: always(dayOfWeek),
		},
		{
			Name: "dayofmonth",
			Doc:  "Returns the day of the month.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Int}},
			},
			Kernel: always(func(t types.Instant) int32 { return int32(types.CivilOf(t).Day) }),
		},
		{
			Name: "dayofyear",
			Doc:  "Returns the day of the year.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Int}},
			},
			Kernel: always(dayOfYear),
		},
		{
			Name: "hourofday",
			Doc:  "Returns the hour of the day.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Int}},
			},
			Kernel: always(func(t types.Instant) int32 { return int32(types.CivilOf(t).Ticks / types.TicksPerHour) }),
		},
		{
			Name: "week_of_year",
			Doc:  "Returns the ISO 8601 week of the year.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Int}},
			},
			Kernel: always(weekOfYear),
		},
		{
			Name: "weekofyear",
			Doc:  "Returns the ISO 8601 week of the year.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Int}},
			},
			Obsolete: "week_of_year",
			Hidden:   true,
			Kernel:   always(weekOfYear),
		},
		{
			Name: "monthofyear",
			Doc:  "Returns the month of the year.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Int}},
			},
			Kernel: always(func(t types.Instant) int32 { return int32(types.CivilOf(t).Month) }),
		},
		{
			Name: "getmonth",
			Doc:  "Returns the month of the year.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Int}},
			},
			Kernel: always(func(t types.Instant) int32 { return int32(types.CivilOf(t).Month) }),
		},
		{
			Name: "getyear",
			Doc:  "Returns the year.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Int}},
			},
			Kernel: always(func(t types.Instant) int32 { return int32(types.CivilOf(t).Year) }),
		},
		{
			Name: "startofday",
			Doc:  "Returns the start of the day, shifted by an offset in days.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "offset", Types: []types.Type{types.Long}, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Naming: FirstArgName,
			Kernel: startKernel("day"),
		},
		{
			Name: "startofweek",
			Doc:  "Returns the start of the week, a Sunday, shifted by an offset in weeks.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "offset", Types: []types.Type{types.Long}, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Kernel: startKernel("week"),
		},
		{
			Name: "startofmonth",
			Doc:  "Returns the start of the month, shifted by an offset in months.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "offset", Types: []types.Type{types.Long}, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Kernel: startKernel("month"),
		},
		{
			Name: "startofyear",
			Doc:  "Returns the start of the year, shifted by an offset in years.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "offset", Types: []types.Type{types.Long}, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Kernel: startKernel("year"),
		},
		{
			Name: "endofday",
			Doc:  "Returns the end of the day, shifted by an offset in days.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "offset", Types: []types.Type{types.Long}, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Kernel: endKernel("day"),
		},
		{
			Name: "endofweek",
			Doc:  "Returns the end of the week, a Saturday, shifted by an offset in weeks.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "offset", Types: []types.Type{types.Long}, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Kernel: endKernel("week"),
		},
		{
			Name: "endofmonth",
			Doc:  "Returns the end of the month, shifted by an offset in months.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "offset", Types: []types.Type{types.Long}, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Kernel: endKernel("month"),
		},
		{
			Name: "endofyear",
			Doc:  "Returns the end of the year, shifted by an offset in years.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "date", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "offset", Types: []types.Type{types.Long}, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Kernel: endKernel("year"),
		},
		{
			Name: "now",
			Doc:  "Returns the time of the query, shifted by an offset.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "offset", Types: []types.Type{types.TimeSpan}, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Kernel: nowKernel,
		},
		{
			Name: "ago",
			Doc:  "Returns the time of the query less a timespan.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "timespan", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Kernel: agoKernel,
		},
		{
			Name: "unixtime_seconds_todatetime",
			Doc:  "Converts seconds since 1970 to a datetime.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Kernel: unixKernel(1e7),
		},
		{
			Name: "unixtime_milliseconds_todatetime",
			Doc:  "Converts milliseconds since 1970 to a datetime.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Kernel: unixKernel(1e4),
		},
		{
			Name: "unixtime_microseconds_todatetime",
			Doc:  "Converts microseconds since 1970 to a datetime.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Kernel: unixKernel(10),
		},
		{
			Name: "unixtime_nanoseconds_todatetime",
			Doc:  "Converts nanoseconds since 1970 to a datetime.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Kernel: unixKernel(0.01),
		},
	}
}
