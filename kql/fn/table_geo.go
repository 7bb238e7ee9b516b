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
