import QtQuick
import ElasticHaproxy.Models

// One load balancer: its health, what it carries now, and how that went.
Rectangle {
    id: tile

    required property var colors
    required property QtObject traffic
    required property int tick // one more with each measurement

    required property string name
    required property string listeners
    required property int inService
    required property int registered
    required property int health
    required property bool speaksHttp
    required property real requestRate
    required property real connectionRate

    readonly property real rate: speaksHttp ? requestRate : connectionRate
    readonly property color healthColor: {
        switch (health) {
        case LoadBalancerModel.Healthy: return colors.good;
        case LoadBalancerModel.Reduced: return colors.waiting;
        case LoadBalancerModel.Down: return colors.bad;
        }
        return colors.quiet;
    }
    readonly property string healthText: registered > 0 ? qsTr("%1 of %2 in service").arg(inService).arg(registered)
                                                        : qsTr("no instances")

    signal opened

    color: colors.surface
    border.color: activeFocus || mouse.containsMouse ? colors.accent : colors.border
    border.width: activeFocus ? 2 : 1
    radius: 8

    Accessible.role: Accessible.Button
    Accessible.name: name + ", " + healthText + ", " + rateText.text
    Accessible.onPressAction: opened()
    Keys.onReturnPressed: opened()
    Keys.onEnterPressed: opened()
    Keys.onSpacePressed: opened()

    MouseArea {
        id: mouse
        anchors.fill: parent
        hoverEnabled: true
        cursorShape: Qt.PointingHandCursor
        onClicked: tile.opened()
    }

    Text {
        id: title
        anchors { left: parent.left; top: parent.top; right: rateText.left; margins: 14; topMargin: 11 }
        text: tile.name
        color: tile.colors.text
        font { pixelSize: 15; weight: Font.DemiBold }
        elide: Text.ElideRight
    }
    Text {
        id: rateText
        anchors { right: parent.right; rightMargin: 14; baseline: title.baseline }
        text: tile.rate < 0 ? "" : tile.speaksHttp ? qsTr("%L1 req/s").arg(tile.rate) : qsTr("%L1 conn/s").arg(tile.rate)
        color: tile.colors.text
        font { pixelSize: 15; weight: Font.DemiBold }
    }
    Text {
        id: listenersText
        anchors { left: title.left; right: parent.right; rightMargin: 14; top: title.bottom; topMargin: 3 }
        text: tile.listeners
        color: tile.colors.quiet
        elide: Text.ElideRight
    }
    Row {
        id: healthRow
        anchors { left: title.left; top: listenersText.bottom; topMargin: 5 }
        spacing: 6

        Rectangle {
            width: 8; height: 8; radius: 4
            anchors.verticalCenter: parent.verticalCenter
            color: tile.healthColor
        }
        Text {
            text: tile.healthText
            color: tile.healthColor
        }
    }
    RateChart {
        anchors { left: parent.left; right: parent.right; top: healthRow.bottom; bottom: parent.bottom; margins: 1; topMargin: 10 }
        clip: true
        capacity: tile.traffic.capacity()
        values: {
            tile.tick;
            return tile.traffic.series(tile.name, tile.speaksHttp ? TrafficHistory.Requests : TrafficHistory.Connections);
        }
        highest: Math.max(1, ...values) * 1.1
        color: tile.colors.accent
    }
}
