package fn

import (
	"github.com/azflow/azflow/kql/types"
)

// geoFuncs returns the geospatial functions.
func geoFuncs() []Func {
	return []Func{
		{
			Name: "geo_from_wkt",
			Doc:  "Reads a geometry in WKT into GeoJSON.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "wkt", Kind: StringOrArray, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"geo_from_wkt(\"POINT (1 2)\")", "dynamic({\"type\":\"Point\",\"coordinates\":[1,2]})"},
			},
			Kernel: map1(parseWKT),
		},
		{
			Name: "geo_angle",
			Doc:  "Returns the angle between two lines that meet in a point, in radians.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "p1_longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "p1_latitude", Kind: Number, Min: 1, Max: 1},
					{Name: "p2_longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "p2_latitude", Kind: Number, Min: 1, Max: 1},
					{Name: "p3_longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "p3_latitude", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"geo_angle(0, 1, 0, 0, 1, 0)", "1.5707963267948966"},
			},
			Kernel: geoAngleKernel,
		},
		{
			Name: "geo_azimuth",
			Doc:  "Returns the azimuth from one point to another, in radians.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "p1_longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "p1_latitude", Kind: Number, Min: 1, Max: 1},
					{Name: "p2_longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "p2_latitude", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"geo_azimuth(0, 0, 1, 0)", "1.5707963267948966"},
			},
			Kernel: geoAzimuthKernel,
		},
		{
			Name: "geo_closest_point_on_line",
			Doc:  "Returns the point of a line that is nearest to a point.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "latitude", Kind: Number, Min: 1, Max: 1},
					{Name: "lineString", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"round(todouble(geo_closest_point_on_line(1, 1, dynamic({\"type\": \"LineString\", \"coordinates\": [[0, 0], [2, 0]]})).coordinates[0]), 6)", "1.0"},
			},
			Kernel: geoClosestOnLineKernel,
		},
		{
			Name: "geo_closest_point_on_polygon",
			Doc:  "Returns the point of a polygon that is nearest to a point.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "latitude", Kind: Number, Min: 1, Max: 1},
					{Name: "polygon", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"round(todouble(geo_closest_point_on_polygon(1, -1, dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]})).coordinates[0]), 6)", "1.0"},
			},
			Kernel: geoClosestOnPolygonKernel,
		},
		{
			Name: "geo_distance_2points",
			Doc:  "Returns the distance between two points in metres.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "p1_longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "p1_latitude", Kind: Number, Min: 1, Max: 1},
					{Name: "p2_longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "p2_latitude", Kind: Number, Min: 1, Max: 1},
					{Name: "use_spheroid", Kind: NumberOrBool, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"round(geo_distance_2points(-122.407628, 47.578557, -118.275287, 34.019056))", "1546754.0"},
			},
			Kernel: geoDistanceKernel,
		},
		{
			Name: "geo_distance_point_to_line",
			Doc:  "Returns the distance from a point to a line in metres.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "latitude", Kind: Number, Min: 1, Max: 1},
					{Name: "lineString", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"round(geo_distance_point_to_line(1, 1, dynamic({\"type\": \"LineString\", \"coordinates\": [[0, 0], [2, 0]]})))", "111195.0"},
			},
			Kernel: geoPointLineKernel,
		},
		{
			Name: "geo_distance_point_to_polygon",
			Doc:  "Returns the distance from a point to a polygon in metres.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "latitude", Kind: Number, Min: 1, Max: 1},
					{Name: "polygon", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"round(geo_distance_point_to_polygon(1, -1, dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]})))", "111195.0"},
			},
			Kernel: geoPointPolygonKernel,
		},
		{
			Name: "geo_point_in_circle",
			Doc:  "Reports whether a point lies in a circle.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "p_longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "p_latitude", Kind: Number, Min: 1, Max: 1},
					{Name: "pc_longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "pc_latitude", Kind: Number, Min: 1, Max: 1},
					{Name: "c_radius", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"geo_point_in_circle(-122.31, 47.609, -122.32, 47.61, 18000)", "true"},
			},
			Kernel: geoInCircleKernel,
		},
		{
			Name: "geo_point_in_polygon",
			Doc:  "Reports whether a point lies in a polygon.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "latitude", Kind: Number, Min: 1, Max: 1},
					{Name: "polygon", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"geo_point_in_polygon(1, 1, dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}))", "true"},
			},
			Kernel: geoInPolygonKernel,
		},
		{
			Name: "geo_intersects_2lines",
			Doc:  "Reports whether two lines meet.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "lineString1", Kind: Bag, Min: 1, Max: 1},
					{Name: "lineString2", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"geo_intersects_2lines(dynamic({\"type\": \"LineString\", \"coordinates\": [[0, 0], [2, 0]]}), dynamic({\"type\": \"LineString\", \"coordinates\": [[1, -1], [1, 1]]}))", "true"},
			},
			Kernel: geoLinesMeetKernel,
		},
		{
			Name: "geo_intersects_line_with_polygon",
			Doc:  "Reports whether a line meets a polygon.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "lineString", Kind: Bag, Min: 1, Max: 1},
					{Name: "polygon", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"geo_intersects_line_with_polygon(dynamic({\"type\": \"LineString\", \"coordinates\": [[1, -1], [1, 1]]}), dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}))", "true"},
			},
			Kernel: geoLinePolygonMeetKernel,
		},
		{
			Name: "geo_intersects_2polygons",
			Doc:  "Reports whether two polygons meet.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "polygon1", Kind: Bag, Min: 1, Max: 1},
					{Name: "polygon2", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"geo_intersects_2polygons(dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}), dynamic({\"type\": \"Polygon\", \"coordinates\": [[[5, 5], [6, 5], [6, 6], [5, 5]]]}))", "false"},
			},
			Kernel: geoPolygonsMeetKernel,
		},
		{
			Name: "geo_intersection_2lines",
			Doc:  "Returns where two lines meet.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "lineString1", Kind: Bag, Min: 1, Max: 1},
					{Name: "lineString2", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"geo_intersection_2lines(dynamic({\"type\": \"LineString\", \"coordinates\": [[0, 0], [2, 0]]}), dynamic({\"type\": \"LineString\", \"coordinates\": [[2, 0], [2, 5]]}))", "dynamic({\"type\": \"Point\", \"coordinates\": [2, 0]})"},
			},
			Kernel: geoIntersectLinesKernel,
		},
		{
			Name: "geo_intersection_line_with_polygon",
			Doc:  "Returns the part of a line in a polygon.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "lineString", Kind: Bag, Min: 1, Max: 1},
					{Name: "polygon", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"geo_intersection_line_with_polygon(dynamic({\"type\": \"LineString\", \"coordinates\": [[0.5, 0.5], [1, 1]]}), dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}))", "dynamic({\"type\": \"LineString\", \"coordinates\": [[0.5, 0.5], [1, 1]]})"},
			},
			Kernel: geoClipLineKernel,
		},
		{
			Name: "geo_intersection_2polygons",
			Doc:  "Returns the common part of two polygons.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "polygon1", Kind: Bag, Min: 1, Max: 1},
					{Name: "polygon2", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"geo_intersection_2polygons(dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}), dynamic({\"type\": \"Polygon\", \"coordinates\": [[[2, 2], [3, 2], [3, 3], [2, 2]]]}))", "dynamic({\"type\": \"Point\", \"coordinates\": [2, 2]})"},
			},
			Kernel: geoIntersectPolygonsKernel,
		},
		{
			Name: "geo_union_polygons_array",
			Doc:  "Returns the union of polygons.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "polygons", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"array_length(geo_union_polygons_array(pack_array(dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}), dynamic({\"type\": \"Polygon\", \"coordinates\": [[[2, 0], [4, 0], [4, 2], [2, 2], [2, 0]]]}))).coordinates[0])", "7"},
			},
			Kernel: geoUnionPolygonsKernel,
		},
		{
			Name: "geo_simplify_polygons_array",
			Doc:  "Simplifies polygons together.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "polygons", Kind: Array, Min: 1, Max: 1},
					{Name: "tolerance", Kind: Number, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"isnull(geo_simplify_polygons_array(pack_array(dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]})), 1000))", "false"},
			},
			Kernel: geoSimplifyPolygonsKernel,
		},
		{
			Name: "geo_union_lines_array",
			Doc:  "Returns the union of lines.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "lineStrings", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"geo_union_lines_array(pack_array(dynamic({\"type\": \"LineString\", \"coordinates\": [[0, 0], [2, 0]]}), dynamic({\"type\": \"LineString\", \"coordinates\": [[2, 0], [3, 1]]})))", "dynamic({\"type\": \"LineString\", \"coordinates\": [[0, 0], [2, 0], [3, 1]]})"},
			},
			Kernel: geoUnionLinesKernel,
		},
		{
			Name: "geo_polygon_to_h3cells",
			Doc:  "Returns the H3 cells that cover a polygon.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "polygon", Kind: Bag, Min: 1, Max: 1},
					{Name: "resolution", Kind: Number, Max: 1},
					{Name: "radius", Kind: Number, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"array_length(geo_polygon_to_h3cells(dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}), 3))", "4"},
			},
			Kernel: geoPolygonH3Kernel,
		},
		{
			Name: "geo_polygon_to_s2cells",
			Doc:  "Returns the S2 cells that cover a polygon.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "polygon", Kind: Bag, Min: 1, Max: 1},
					{Name: "level", Kind: Number, Max: 1},
					{Name: "radius", Kind: Number, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"array_length(geo_polygon_to_s2cells(dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}), 6))", "9"},
			},
			Kernel: geoPolygonCellsKernel,
		},
		{
			Name: "__geo_polygon_s2cell_covering_level",
			Doc:  "Returns the S2 level used to cover a polygon.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "polygon", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Int}},
			},
			Hidden: true,
		},
		{
			Name: "geo_polygon_densify",
			Doc:  "Adds points to a polygon's edges.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "polygon", Kind: Bag, Min: 1, Max: 1},
					{Name: "tolerance", Kind: Number, Max: 1},
					{Name: "preserve_crossing", Kind: NumberOrBool, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"array_length(geo_polygon_densify(dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 50], [10, 50], [10, 60], [0, 50]]]}), 10000).coordinates[0])", "7"},
			},
			Kernel: geoPolygonDensifyKernel,
		},
		{
			Name: "geo_polygon_area",
			Doc:  "Returns the area of a polygon in square metres.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "polygon", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"round(geo_polygon_area(dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]})) / 1000000)", "49452.0"},
			},
			Kernel: geoAreaKernel,
		},
		{
			Name: "geo_polygon_buffer",
			Doc:  "Returns a polygon widened by a radius.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "polygon", Kind: Bag, Min: 1, Max: 1},
					{Name: "radius", Kind: Number, Min: 1, Max: 1},
					{Name: "tolerance", Kind: Number, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"geo_point_in_polygon(1, -0.05, geo_polygon_buffer(dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}), 10000))", "true"},
			},
			Kernel: geoPolygonBufferKernel,
		},
		{
			Name: "geo_polygon_centroid",
			Doc:  "Returns the centroid of a polygon.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "polygon", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"round(todouble(geo_polygon_centroid(dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]})).coordinates[0]), 6)", "1.0"},
			},
			Kernel: geoPolygonCentroidKernel,
		},
		{
			Name: "__geo_polygon_validate",
			Doc:  "Says what is wrong with a polygon.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "polygon", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Hidden: true,
		},
		{
			Name: "geo_polygon_perimeter",
			Doc:  "Returns the length of a polygon's boundary in metres.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "polygon", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"round(geo_polygon_perimeter(dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]})))", "889425.0"},
			},
			Kernel: geoPerimeterKernel,
		},
		{
			Name: "geo_polygon_simplify",
			Doc:  "Simplifies a polygon.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "polygon", Kind: Bag, Min: 1, Max: 1},
					{Name: "tolerance", Kind: Number, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"geo_polygon_simplify(dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [1, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}), 10)", "dynamic({\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]})"},
			},
			Kernel: geoPolygonSimplifyKernel,
		},
		{
			Name: "__geo_line_s2cell_covering_level",
			Doc:  "Returns the S2 level used to cover a line.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "lineString", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Int}},
			},
			Hidden: true,
		},
		{
			Name: "geo_line_length",
			Doc:  "Returns the length of a line in metres.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "lineString", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"round(geo_line_length(dynamic({\"type\": \"LineString\", \"coordinates\": [[0, 0], [2, 0]]})))", "222390.0"},
			},
			Kernel: geoLineLengthKernel,
		},
		{
			Name: "geo_line_buffer",
			Doc:  "Returns the polygon around a line.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "lineString", Kind: Bag, Min: 1, Max: 1},
					{Name: "radius", Kind: Number, Min: 1, Max: 1},
					{Name: "tolerance", Kind: Number, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"geo_point_in_polygon(1, 0.05, geo_line_buffer(dynamic({\"type\": \"LineString\", \"coordinates\": [[0, 0], [2, 0]]}), 10000))", "true"},
			},
			Kernel: geoLineBufferKernel,
		},
		{
			Name: "geo_line_centroid",
			Doc:  "Returns the centroid of a line.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "lineString", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"round(todouble(geo_line_centroid(dynamic({\"type\": \"LineString\", \"coordinates\": [[0, 0], [2, 0]]})).coordinates[0]), 6)", "1.0"},
			},
			Kernel: geoLineCentroidKernel,
		},
		{
			Name: "geo_line_densify",
			Doc:  "Adds points to a line.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "lineString", Kind: Bag, Min: 1, Max: 1},
					{Name: "tolerance", Kind: Number, Max: 1},
					{Name: "preserve_crossing", Kind: NumberOrBool, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"geo_line_densify(dynamic({\"type\": \"LineString\", \"coordinates\": [[0, 0], [2, 0]]}), 10)", "dynamic({\"type\": \"LineString\", \"coordinates\": [[0, 0], [2, 0]]})"},
			},
			Kernel: geoLineDensifyKernel,
		},
		{
			Name: "geo_line_simplify",
			Doc:  "Simplifies a line.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "lineString", Kind: Bag, Min: 1, Max: 1},
					{Name: "tolerance", Kind: Number, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"geo_line_simplify(dynamic({\"type\": \"LineString\", \"coordinates\": [[0, 0], [1, 0], [2, 0]]}), 10)", "dynamic({\"type\": \"LineString\", \"coordinates\": [[0, 0], [2, 0]]})"},
			},
			Kernel: geoLineSimplifyKernel,
		},
		{
			Name: "geo_line_locate_point",
			Doc:  "Returns how far along a line the point nearest to a point lies.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "lineString", Kind: Bag, Min: 1, Max: 1},
					{Name: "longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "latitude", Kind: Number, Min: 1, Max: 1},
					{Name: "use_spheroid", Kind: NumberOrBool, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"round(geo_line_locate_point(dynamic({\"type\": \"LineString\", \"coordinates\": [[0, 0], [2, 0]]}), 1, 1), 6)", "0.5"},
			},
			Kernel: geoLocateKernel,
		},
		{
			Name: "geo_line_interpolate_point",
			Doc:  "Returns the point at a fraction of a line.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "lineString", Kind: Bag, Min: 1, Max: 1},
					{Name: "fraction", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"round(todouble(geo_line_interpolate_point(dynamic({\"type\": \"LineString\", \"coordinates\": [[0, 0], [2, 0]]}), 0.25).coordinates[0]), 6)", "0.5"},
			},
			Kernel: geoInterpolateKernel,
		},
		{
			Name: "__geo_line_validate",
			Doc:  "Says what is wrong with a line.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "lineString", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Hidden: true,
		},
		{
			Name: "geo_line_to_s2cells",
			Doc:  "Returns the S2 cells that cover a line.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "lineString", Kind: Bag, Min: 1, Max: 1},
					{Name: "level", Kind: Number, Max: 1},
					{Name: "radius", Kind: Number, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"array_length(geo_line_to_s2cells(dynamic({\"type\": \"LineString\", \"coordinates\": [[0, 0], [2, 0]]}), 5))", "4"},
			},
			Kernel: geoLineCellsKernel,
		},
		{
			Name: "__geo_length_to_s2cell_level",
			Doc:  "Returns the S2 level whose cells are about that long.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "length", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Int}},
			},
			Hidden: true,
		},
		{
			Name: "geo_point_to_geohash",
			Doc:  "Returns the geohash of a point.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "latitude", Kind: Number, Min: 1, Max: 1},
					{Name: "accuracy", Kind: Number, Max: 1, Const: true},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"geo_point_to_geohash(-80.195829, 25.802215, 8)", "\"dhwfz15h\""},
			},
			Kernel: geoGeohashKernel,
		},
		{
			Name: "geo_geohash_to_central_point",
			Doc:  "Returns the centre of a geohash cell.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "geohash", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"geo_geohash_to_central_point(\"sunny\")", "dynamic({\"type\":\"Point\",\"coordinates\":[42.47314453125,23.70849609375]})"},
			},
			Kernel: map1(geohashCentre),
		},
		{
			Name: "geo_geohash_to_polygon",
			Doc:  "Returns the rectangle of a geohash cell.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "geohash", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"array_length(geo_geohash_to_polygon(\"sunny\").coordinates[0])", "5"},
			},
			Kernel: map1(geohashPolygon),
		},
		{
			Name: "geo_geohash_neighbors",
			Doc:  "Returns the neighbours of a geohash cell.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "geohash", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"array_length(geo_geohash_neighbors(\"sunny\"))", "8"},
			},
			Kernel: map1(geohashNeighbors),
		},
		{
			Name: "geo_point_buffer",
			Doc:  "Returns the polygon around a point.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "latitude", Kind: Number, Min: 1, Max: 1},
					{Name: "radius", Kind: Number, Min: 1, Max: 1},
					{Name: "tolerance", Kind: Number, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"geo_point_in_polygon(0, 0.05, geo_point_buffer(0, 0, 10000))", "true"},
			},
			Kernel: geoPointBufferKernel,
		},
		{
			Name: "geo_point_to_s2cell",
			Doc:  "Returns the S2 cell of a point.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "latitude", Kind: Number, Min: 1, Max: 1},
					{Name: "level", Kind: Number, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"geo_point_to_s2cell(-80.195829, 25.802215, 8)", "\"88d9b\""},
			},
			Kernel: geoS2CellKernel,
		},
		{
			Name: "geo_s2cell_to_central_point",
			Doc:  "Returns the centre of an S2 cell.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "s2cell", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"geo_point_to_s2cell(todouble(geo_s2cell_to_central_point(\"88d9b\").coordinates[0]), todouble(geo_s2cell_to_central_point(\"88d9b\").coordinates[1]), 8)", "\"88d9b\""},
			},
			Kernel: map1(s2Centre),
		},
		{
			Name: "geo_s2cell_to_polygon",
			Doc:  "Returns the outline of an S2 cell.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "s2cell", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"array_length(geo_s2cell_to_polygon(\"88d9b\").coordinates[0])", "5"},
			},
			Kernel: map1(s2Polygon),
		},
		{
			Name: "geo_s2cell_neighbors",
			Doc:  "Returns the neighbours of an S2 cell.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "s2cell", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"array_length(geo_s2cell_neighbors(\"88d9b\"))", "8"},
			},
			Kernel: map1(s2Neighbors),
		},
		{
			Name: "geo_point_to_h3cell",
			Doc:  "Returns the H3 cell of a point.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "longitude", Kind: Number, Min: 1, Max: 1},
					{Name: "latitude", Kind: Number, Min: 1, Max: 1},
					{Name: "resolution", Kind: Number, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"geo_point_to_h3cell(-80.195829, 25.802215, 8)", "\"8844a110dbfffff\""},
			},
			Kernel: geoH3CellKernel,
		},
		{
			Name: "geo_h3cell_to_central_point",
			Doc:  "Returns the centre of an H3 cell.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "h3cell", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"round(todouble(geo_h3cell_to_central_point(\"862a1072fffffff\").coordinates[0]), 6)", "-74.016008"},
			},
			Kernel: h3CentreKernel,
		},
		{
			Name: "geo_h3cell_to_polygon",
			Doc:  "Returns the outline of an H3 cell.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "h3cell", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"array_length(geo_h3cell_to_polygon(\"862a1072fffffff\").coordinates[0])", "7"},
			},
			Kernel: h3PolygonKernel,
		},
		{
			Name: "geo_h3cell_neighbors",
			Doc:  "Returns the neighbours of an H3 cell.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "h3cell", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"array_length(geo_h3cell_neighbors(\"862a1072fffffff\"))", "6"},
			},
			Kernel: h3NeighborsKernel,
		},
		{
			Name: "geo_h3cell_children",
			Doc:  "Returns the children of an H3 cell.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "h3cell", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "resolution", Kind: Number, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"array_length(geo_h3cell_children(\"862a1072fffffff\", 8))", "49"},
			},
			Kernel: h3ChildrenKernel,
		},
		{
			Name: "geo_h3cell_parent",
			Doc:  "Returns the parent of an H3 cell.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "h3cell", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "resolution", Kind: Number, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"geo_h3cell_parent(\"862a1072fffffff\")", "\"852a1073fffffff\""},
			},
			Kernel: h3ParentKernel,
		},
		{
			Name: "geo_h3cell_rings",
			Doc:  "Returns the rings of cells around an H3 cell.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "h3cell", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "distance", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"array_length(geo_h3cell_rings(\"862a1072fffffff\", 2)[2])", "12"},
			},
			Kernel: h3RingsKernel,
		},
		{
			Name: "geo_h3cell_level",
			Doc:  "Returns the level of an H3 cell.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "h3cell", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Int}},
			},
			Examples: []Example{
				{"geo_h3cell_level(\"862a1072fffffff\")", "int(6)"},
			},
			Kernel: h3LevelKernel,
		},
	}
}
