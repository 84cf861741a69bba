{#
    Points and areas, behind macros so that another engine can bring its own. Two systems of coordinates: metres of the
    British National Grid (EPSG:27700, planar: for containment and for finding candidates), and degrees of WGS84 with the latitude first
    (EPSG:4326 as its register has it, and as ST_Distance_Spheroid wants it: for distances).
#}

{% macro grid_point(easting, northing) -%} st_point({{ easting }}, {{ northing }}) {%- endmacro %}
{% macro earth_point(latitude, longitude) -%} st_point({{ latitude }}, {{ longitude }}) {%- endmacro %}

{% macro grid_to_earth(point) -%} st_transform({{ point }}, 'EPSG:27700', 'EPSG:4326') {%- endmacro %}
{% macro earth_to_grid(point) -%} st_transform({{ point }}, 'EPSG:4326', 'EPSG:27700') {%- endmacro %}

{# GeoJSON has the longitude first. #}
{% macro geojson_to_grid(geojson) -%} st_transform(st_geomfromgeojson({{ geojson }}), 'OGC:CRS84', 'EPSG:27700') {%- endmacro %}

{% macro easting_of(point) -%} st_x({{ point }}) {%- endmacro %}
{% macro northing_of(point) -%} st_y({{ point }}) {%- endmacro %}

{# Metres between two points in degrees along the ellipsoid of WGS84 (Karney 2013): what no map projection stretches. #}
{% macro geodesic_metres(earth_point_a, earth_point_b) -%} st_distance_spheroid({{ earth_point_a }}, {{ earth_point_b }}) {%- endmacro %}

{#
    Join conditions that DuckDB answers by an R-tree over one side. The grid stretches distances by less than 0.1 % anywhere in
    Great Britain, so candidates up to 1 % further than the geodesic limit leave none out.
#}
{% macro maybe_within_metres(grid_point_a, grid_point_b, metres) -%}
    st_dwithin({{ grid_point_a }}, {{ grid_point_b }}, 1.01 * {{ metres }})
{%- endmacro %}
{% macro lies_in(grid_point, grid_area) -%} st_intersects({{ grid_area }}, {{ grid_point }}) {%- endmacro %}
