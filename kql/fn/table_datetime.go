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
			Examples: []Example{
				{"format_datetime(datetime(2024-02-29 17:05:09.5), \"yyyy-MM-dd h:mm:ss.fff tt\")", "\"2024-02-29 5:05:09.500 PM\""},
				{"format_datetime(datetime(2024-02-03), \"M/d/yy\")", "\"2/3/24\""},
			},
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
			Examples: []Example{
				{"format_timespan(time(1.02:03:04.5), \"d.hh:mm:ss.fff\")", "\"1.02:03:04.500\""},
				{"format_timespan(-90s, \"mm:ss\")", "\"-01:30\""},
			},
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
			Examples: []Example{
				{"make_datetime(2024, 2, 29, 12, 30)", "datetime(2024-02-29T12:30:00.0000000Z)"},
				{"make_datetime(2023, 2, 29)", "datetime(null)"},
			},
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
			Examples: []Example{
				{"make_timespan(1, 12, 30, 55)", "time(1.12:30:55)"},
				{"make_timespan(25, 0)", "timespan(null)"},
			},
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
			Examples: []Example{
				{"datetime_add(\"month\", 1, datetime(2024-01-31))", "datetime(2024-02-29T00:00:00.0000000Z)"},
				{"datetime_add(\"week\", -1, datetime(2024-01-08))", "datetime(2024-01-01T00:00:00.0000000Z)"},
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
			Examples: []Example{
				{"datetime_diff(\"year\", datetime(2024-01-01), datetime(2023-12-31))", "1"},
				{"datetime_diff(\"hour\", datetime(2024-01-01 02:59), datetime(2024-01-01 01:00))", "1"},
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
			Examples: []Example{
				{"datetime_part(\"quarter\", datetime(2024-05-01))", "int(2)"},
				{"datetime_part(\"week_of_year\", datetime(2024-01-01))", "int(1)"},
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
			Examples: []Example{
				{"datetime_local_to_utc(datetime(2024-07-01 12:00), \"Europe/Paris\")", "datetime(2024-07-01T10:00:00.0000000Z)"},
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
			Examples: []Example{
				{"datetime_utc_to_local(datetime(2024-01-01 12:00), \"US/Pacific\")", "datetime(2024-01-01T04:00:00.0000000Z)"},
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
			Examples: []Example{
				{"dayofweek(datetime(2024-01-01))", "time(1.00:00:00)"},
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
			Examples: []Example{
				{"dayofmonth(datetime(2024-02-29))", "int(29)"},
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
			Examples: []Example{
				{"dayofyear(datetime(2024-12-31))", "int(366)"},
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
			Examples: []Example{
				{"hourofday(datetime(2024-01-01 17:30))", "int(17)"},
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
			Examples: []Example{
				{"week_of_year(datetime(2020-12-31))", "int(53)"},
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
			Examples: []Example{
				{"monthofyear(datetime(2024-02-29))", "int(2)"},
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
			Examples: []Example{
				{"getmonth(datetime(2024-02-29))", "int(2)"},
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
			Examples: []Example{
				{"getyear(datetime(2024-02-29))", "int(2024)"},
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
			Examples: []Example{
				{"startofday(datetime(2024-01-01 10:00), -1)", "datetime(2023-12-31T00:00:00.0000000Z)"},
			},
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
			Examples: []Example{
				{"startofweek(datetime(2024-01-01))", "datetime(2023-12-31T00:00:00.0000000Z)"},
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
			Examples: []Example{
				{"startofmonth(datetime(2024-02-29), 1)", "datetime(2024-03-01T00:00:00.0000000Z)"},
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
			Examples: []Example{
				{"startofyear(datetime(2024-02-29))", "datetime(2024-01-01T00:00:00.0000000Z)"},
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
			Examples: []Example{
				{"endofday(datetime(2024-01-01 10:00))", "datetime(2024-01-01T23:59:59.9999999Z)"},
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
			Examples: []Example{
				{"endofweek(datetime(2024-01-01))", "datetime(2024-01-06T23:59:59.9999999Z)"},
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
			Examples: []Example{
				{"endofmonth(datetime(2024-02-01))", "datetime(2024-02-29T23:59:59.9999999Z)"},
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
			Examples: []Example{
				{"endofyear(datetime(2024-02-01), -1)", "datetime(2023-12-31T23:59:59.9999999Z)"},
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
			Examples: []Example{
				{"now() - now(-1d)", "time(1.00:00:00)"},
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
			Examples: []Example{
				{"now() - ago(1h)", "time(01:00:00)"},
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
			Examples: []Example{
				{"unixtime_seconds_todatetime(1546300800)", "datetime(2019-01-01T00:00:00.0000000Z)"},
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
			Examples: []Example{
				{"unixtime_milliseconds_todatetime(1546300800123)", "datetime(2019-01-01T00:00:00.1230000Z)"},
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
			Examples: []Example{
				{"unixtime_microseconds_todatetime(1546300800000000)", "datetime(2019-01-01T00:00:00.0000000Z)"},
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
			Examples: []Example{
				{"unixtime_nanoseconds_todatetime(1546300800000000000)", "datetime(2019-01-01T00:00:00.0000000Z)"},
			},
			Kernel: unixKernel(0.01),
		},
	}
}
