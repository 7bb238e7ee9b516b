package fn

import (
	"math"
	"strings"
)

// unit is a unit of measure: base = (x + shift) × factor.
type unit struct{ factor, shift float64 }

// convertUnits makes a function of units; null for units that it does not know.
func convertUnits(table func() map[string]unit) Kernel {
	units := table()
	return map3(func(x float64, from, to string) (float64, bool) {
		f, okF := units[from]
		t, okT := units[to]
		if from == to {
			return x, okF
		}
		return (x+f.shift)*f.factor/t.factor - t.shift, okF && okT
	})
}

func linear(factors map[string]float64) func() map[string]unit {
	return func() map[string]unit {
		m := make(map[string]unit, len(factors))
		for n, f := range factors {
			m[n] = unit{factor: f}
		}
		return m
	}
}

// Names and values of units. MS Learn: "convert_angle()" and its kin; the
// values are their definitions in SI.

var angleUnits = linear(map[string]float64{
	"Arcminute": 1.0 / 60, "Arcsecond": 1.0 / 3600, "Centiradian": 1.8 / math.Pi, "Deciradian": 18 / math.Pi, "Degree": 1, "Gradian": 0.9,
	"Microdegree": 1e-6, "Microradian": 180e-6 / math.Pi, "Millidegree": 1e-3, "Milliradian": 0.18 / math.Pi, "Nanodegree": 1e-9,
	"Nanoradian": 180e-9 / math.Pi, "NatoMil": 360.0 / 6400, "Radian": 180 / math.Pi, "Revolution": 360,
})

const (
	joulePerBTU      = 1055.05585262
	joulePerCalorie  = 4.184
	joulePerElectron = 1.602176565e-19
)

var energyUnits = linear(map[string]float64{
	"BritishThermalUnit": joulePerBTU, "Calorie": joulePerCalorie, "DecathermEc": 1.05505585262e9, "DecathermImperial": 1.05505585257348e9,
	"DecathermUs": 1.054804e9, "ElectronVolt": joulePerElectron, "Erg": 1e-7, "FootPound": 1.355817948, "GigabritishThermalUnit": joulePerBTU * 1e9,
	"GigaelectronVolt": joulePerElectron * 1e9, "Gigajoule": 1e9, "GigawattDay": 8.64e13, "GigawattHour": 3.6e12, "HorsepowerHour": 2.6845195377e6,
	"Joule": 1, "KilobritishThermalUnit": joulePerBTU * 1e3, "Kilocalorie": joulePerCalorie * 1e3, "KiloelectronVolt": joulePerElectron * 1e3,
	"Kilojoule": 1e3, "KilowattDay": 8.64e7, "KilowattHour": 3.6e6, "MegabritishThermalUnit": joulePerBTU * 1e6, "Megacalorie": joulePerCalorie * 1e6,
	"MegaelectronVolt": joulePerElectron * 1e6, "Megajoule": 1e6, "MegawattDay": 8.64e10, "MegawattHour": 3.6e9, "Millijoule": 1e-3,
	"TeraelectronVolt": joulePerElectron * 1e12, "TerawattDay": 8.64e16, "TerawattHour": 3.6e15, "ThermEc": 1.05505585262e8,
	"ThermImperial": 1.05505585257348e8, "ThermUs": 1.054804e8, "WattDay": 8.64e4, "WattHour": 3.6e3,
})

var forceUnits = linear(map[string]float64{
	"Decanewton": 10, "Dyn": 1e-5, "KilogramForce": 9.80665, "Kilonewton": 1e3, "KiloPond": 9.80665, "KilopoundForce": 4448.2216152605,
	"Meganewton": 1e6, "Micronewton": 1e-6, "Millinewton": 1e-3, "Newton": 1, "OunceForce": 0.27801385095378125, "Poundal": 0.138254954376,
	"PoundForce": 4.4482216152605, "ShortTonForce": 8896.443230521, "TonneForce": 9806.65,
})

const metrePerParsec = 3.08567758128e16

var lengthUnits = linear(map[string]float64{
	"Angstrom": 1e-10, "AstronomicalUnit": 1.495978707e11, "Centimeter": 1e-2, "Chain": 20.1168, "DataMile": 1828.8, "Decameter": 10, "Decimeter": 0.1,
	"DtpPica": 0.0254 / 6, "DtpPoint": 0.0254 / 72, "Fathom": 1.8288, "Foot": 0.3048, "Hand": 0.1016, "Hectometer": 100, "Inch": 0.0254,
	"KilolightYear": 9.46073047258e18, "Kilometer": 1e3, "Kiloparsec": metrePerParsec * 1e3, "LightYear": 9.46073047258e15,
	"MegalightYear": 9.46073047258e21, "Megaparsec": metrePerParsec * 1e6, "Meter": 1, "Microinch": 2.54e-8, "Micrometer": 1e-6, "Mil": 2.54e-5,
	"Mile": 1609.344, "Millimeter": 1e-3, "Nanometer": 1e-9, "NauticalMile": 1852, "Parsec": metrePerParsec, "PrinterPica": 0.0254 / 6.022660625,
	"PrinterPoint": 0.0254 / 72.27, "Shackle": 27.432, "SolarRadius": 6.95510e8, "Twip": 0.0254 / 1440, "UsSurveyFoot": 1200.0 / 3937, "Yard": 0.9144,
})

const kilogramPerPound = 0.45359237

var massUnits = linear(map[string]float64{
	"Centigram": 1e-5, "Decagram": 1e-2, "Decigram": 1e-4, "EarthMass": 5.9722e24, "Grain": 64.79891e-6, "Gram": 1e-3, "Hectogram": 0.1, "Kilogram": 1,
	"Kilopound": kilogramPerPound * 1e3, "Kilotonne": 1e6, "LongHundredweight": kilogramPerPound * 112, "LongTon": kilogramPerPound * 2240,
	"Megapound": kilogramPerPound * 1e6, "Megatonne": 1e9, "Microgram": 1e-9, "Milligram": 1e-6, "Nanogram": 1e-12, "Ounce": kilogramPerPound / 16,
	"Pound": kilogramPerPound, "ShortHundredweight": kilogramPerPound * 100, "ShortTon": kilogramPerPound * 2000, "Slug": 14.593902937,
	"SolarMass": 1.98947e30, "Stone": kilogramPerPound * 14, "Tonne": 1e3,
})

func speedUnits() map[string]unit {
	m := map[string]unit{"Knot": {factor: 1852.0 / 3600}, "MilePerHour": {factor: 0.44704}}
	lengths := lengthUnits()
	for _, l := range strings.Fields("Centimeter Decimeter Foot Inch Kilometer Meter Micrometer Millimeter Nanometer UsSurveyFoot Yard") {
		for per, seconds := range map[string]float64{"Hour": 3600, "Minute": 60, "Second": 1} {
			m[l+"Per"+per] = unit{factor: lengths[l].factor / seconds}
		}
	}
	return m
}

func temperatureUnits() map[string]unit {
	return map[string]unit{
		"DegreeCelsius": {1, 273.15}, "DegreeDelisle": {-2.0 / 3, -559.725}, "DegreeFahrenheit": {5.0 / 9, 459.67}, "DegreeNewton": {100.0 / 33, 90.1395},
		"DegreeRankine": {5.0 / 9, 0}, "DegreeReaumur": {1.25, 218.52}, "DegreeRoemer": {40.0 / 21, 135.90375}, "Kelvin": {1, 0},
		"MillidegreeCelsius": {1e-3, 273150}, "SolarTemperature": {5778, 0},
	}
}

const (
	cubicFoot      = 0.028316846592
	litrePerGallon = 0.003785411784
	imperialGallon = 0.00454609

	// Kusto's library of units rounds this one; MS Learn: "convert_volume()".
	acreFoot = 1 / 0.000810714
)

var volumeUnits = linear(map[string]float64{
	"AcreFoot": acreFoot, "AuTablespoon": 2e-5, "BoardFoot": cubicFoot / 12, "Centiliter": 1e-5, "CubicCentimeter": 1e-6, "CubicDecameter": 1e3,
	"CubicDecimeter": 1e-3, "CubicFoot": cubicFoot, "CubicHectometer": 1e6, "CubicInch": 1.6387064e-5, "CubicKilometer": 1e9, "CubicMeter": 1,
	"CubicMicrometer": 1e-18, "CubicMile": 4.168181825440579584e9, "CubicMillimeter": 1e-9, "CubicYard": 0.764554857984, "Deciliter": 1e-4,
	"HectocubicFoot": cubicFoot * 100, "HectocubicMeter": 100, "Hectoliter": 0.1, "ImperialBeerBarrel": 0.16365924, "ImperialGallon": imperialGallon,
	"ImperialOunce": imperialGallon / 160, "ImperialPint": imperialGallon / 8, "KilocubicFoot": cubicFoot * 1e3, "KilocubicMeter": 1e3,
	"KiloimperialGallon": imperialGallon * 1e3, "Kiloliter": 1, "KilousGallon": litrePerGallon * 1e3, "Liter": 1e-3, "MegacubicFoot": cubicFoot * 1e6,
	"MegaimperialGallon": imperialGallon * 1e6, "Megaliter": 1e3, "MegausGallon": litrePerGallon * 1e6, "MetricCup": 2.5e-4, "MetricTeaspoon": 5e-6,
	"Microliter": 1e-9, "Milliliter": 1e-6, "OilBarrel": litrePerGallon * 42, "UkTablespoon": 1.5e-5, "UsBeerBarrel": litrePerGallon * 31,
	"UsCustomaryCup": litrePerGallon / 16, "UsGallon": litrePerGallon, "UsLegalCup": 2.4e-4, "UsOunce": litrePerGallon / 128, "UsPint": litrePerGallon / 8,
	"UsQuart": litrePerGallon / 4, "UsTablespoon": litrePerGallon / 256, "UsTeaspoon": litrePerGallon / 768,
})
