import QtQuick
import ElasticHaproxy.Models

// A node at a glance.
Rectangle {
    id: overview

    required property QtObject session // models::NodeSession
    required property QtObject theme
    required property QtObject figures // OverviewFigures

    readonly property var colors: theme.colors
    readonly property QtObject traffic: session.traffic
    property int tick: 0

    signal loadBalancerOpened(string name)

    color: colors.window

    Connections {
        target: overview.traffic
        function onAdded() { ++overview.tick; }
        function onCleared() { ++overview.tick; }
    }

    GridView {
        id: grid

        readonly property int columns: Math.max(1, Math.floor(width / 290))

        objectName: "tiles"
        anchors { fill: parent; leftMargin: 16; rightMargin: 4 }
        activeFocusOnTab: true
        keyNavigationEnabled: true
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        cellWidth: Math.floor(width / columns)
        cellHeight: 158
        model: overview.session.loadBalancers
        header: head
        footer: Item { width: 1; height: 4 }
        onActiveFocusChanged: if (activeFocus && currentItem) currentItem.forceActiveFocus()
        onCurrentItemChanged: if (activeFocus && currentItem) currentItem.forceActiveFocus()

        delegate: Item {
            id: cell

            required property string name
            required property string listeners
            required property int inService
            required property int registered
            required property int health
            required property bool speaksHttp
            required property real requestRate
            required property real connectionRate

            width: grid.cellWidth
            height: grid.cellHeight
            onActiveFocusChanged: if (activeFocus) tile.forceActiveFocus()

            LoadBalancerTile {
                id: tile
                anchors { fill: parent; rightMargin: 12; bottomMargin: 12 }
                colors: overview.colors
                traffic: overview.traffic
                tick: overview.tick
                name: cell.name
                listeners: cell.listeners
                inService: cell.inService
                registered: cell.registered
                health: cell.health
                speaksHttp: cell.speaksHttp
                requestRate: cell.requestRate
                connectionRate: cell.connectionRate
                onOpened: overview.loadBalancerOpened(cell.name)
            }
        }

        Rectangle {
            // How far down the reader is.
            visible: grid.visibleArea.heightRatio < 1
            anchors.right: parent.right
            y: grid.visibleArea.yPosition * grid.height
            width: 4
            height: Math.max(24, grid.visibleArea.heightRatio * grid.height)
            radius: 2
            color: overview.colors.border
        }
    }

    Component {
        id: head

        Item {
            width: grid.width
            height: column.y + column.height + 10

            Column {
                id: column

                y: 16
                width: parent.width - 12
                spacing: 12

                Row {
                    id: row

                    readonly property real share: (width - 3 * spacing) / 4

                    width: parent.width
                    spacing: 12

                    Figure {
                        width: row.share
                        colors: overview.colors
                        name: qsTr("load balancers")
                        value: Number(overview.figures.loadBalancers).toLocaleString(Qt.locale(), "f", 0)
                    }
                    Figure {
                        width: row.share
                        colors: overview.colors
                        name: qsTr("instances in service")
                        value: qsTr("%L1 / %L2").arg(overview.figures.inService).arg(overview.figures.registered)
                        valueColor: overview.figures.inService < overview.figures.registered ? overview.colors.bad : overview.colors.text
                    }
                    Figure {
                        width: row.share
                        colors: overview.colors
                        name: qsTr("requests per second")
                        value: qsTr("%L1").arg(Math.round(overview.figures.requests))
                    }
                    Figure {
                        width: row.share
                        colors: overview.colors
                        name: qsTr("open connections")
                        value: qsTr("%L1").arg(Math.round(overview.figures.sessions))
                    }
                }

                Rectangle {
                    width: parent.width
                    height: 190
                    color: overview.colors.surface
                    border.color: overview.colors.border
                    radius: 8

                    Text {
                        id: chartTitle
                        anchors { left: parent.left; top: parent.top; margins: 14; topMargin: 11 }
                        text: qsTr("Requests per second, last two minutes")
                        color: overview.colors.quiet
                    }
                    Item {
                        id: plot

                        readonly property var values: {
                            overview.tick;
                            return overview.traffic.total(TrafficHistory.Requests);
                        }
                        readonly property real highest: niceTop(Math.max(1, ...values))

                        // The next of 1, 2, 5, 10, 20, 50 …, so that the scale stands still while values wander.
                        function niceTop(value) {
                            const unit = Math.pow(10, Math.floor(Math.log10(value)));
                            const step = [1, 2, 5, 10].find(candidate => candidate * unit >= value);
                            return Math.max(4, step * unit);
                        }

                        anchors { left: parent.left; right: parent.right; top: chartTitle.bottom; bottom: parent.bottom
                                  leftMargin: 14; rightMargin: 14; topMargin: 12; bottomMargin: 14 }

                        Repeater {
                            model: 3
                            delegate: Item {
                                id: gridLine

                                required property int index

                                width: plot.width
                                y: plot.height * index / 2

                                Rectangle {
                                    x: 48
                                    width: parent.width - 48
                                    height: 1
                                    color: overview.colors.border
                                }
                                Text {
                                    width: 40
                                    anchors.verticalCenter: parent.top
                                    horizontalAlignment: Text.AlignRight
                                    text: qsTr("%L1").arg(Math.round(plot.highest * (2 - gridLine.index) / 2))
                                    color: overview.colors.quiet
                                    font.pixelSize: 11
                                }
                            }
                        }
                        RateChart {
                            anchors { fill: parent; leftMargin: 48 }
                            clip: true
                            capacity: overview.traffic.capacity()
                            values: plot.values
                            highest: plot.highest
                            color: overview.colors.accent
                            lineWidth: 2
                        }
                    }
                }

                Text {
                    topPadding: 4
                    text: overview.figures.loadBalancers > 0 ? qsTr("Load balancers") : qsTr("No load balancer here. Ctrl+N makes one.")
                    color: overview.colors.quiet
                }
            }
        }
    }
}
