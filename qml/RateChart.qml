import QtQuick
import QtQuick.Shapes

// A line over the last minutes; the newest value is at the right edge.
Item {
    id: chart

    required property var values
    required property int capacity
    required property color color
    property real highest: 1 // the value at the upper edge
    property real lineWidth: 1.6

    readonly property var points: toPoints(values, width, height, highest)

    function toPoints(list, w, h, limit) {
        const step = w / Math.max(1, capacity - 1);
        const first = w - (list.length - 1) * step;
        const points = [];
        for (let i = 0; i < list.length; ++i)
            points.push(Qt.point(first + i * step, h - 1 - (h - 2) * Math.min(1, list[i] / limit)));
        return points;
    }

    function closed(points) {
        if (points.length < 2)
            return [];
        const area = points.slice();
        area.push(Qt.point(points[points.length - 1].x, height));
        area.push(Qt.point(points[0].x, height));
        area.push(points[0]);
        return area;
    }

    Shape {
        anchors.fill: parent
        visible: chart.points.length > 1

        ShapePath {
            strokeWidth: -1
            fillColor: Qt.alpha(chart.color, 0.14)
            PathPolyline { path: chart.closed(chart.points) }
        }
        ShapePath {
            strokeWidth: chart.lineWidth
            strokeColor: chart.color
            fillColor: "transparent"
            joinStyle: ShapePath.RoundJoin
            PathPolyline { path: chart.points }
        }
    }
}
